// The worker of the scanner: one definition in, its findings out.
import { parentPort } from 'node:worker_threads'
import { parseKeepingNumbers } from '../../json/raw-number.ts'
import type { JsonObject } from '../../json/value.ts'
import { scanDefinition } from './scan.ts'

parentPort?.on('message', ({ id, definition }: { id: number; definition: string }) => {
  const findings = scanDefinition(parseKeepingNumbers(definition) as JsonObject)
  parentPort?.postMessage({ id, findings }, [])
})
