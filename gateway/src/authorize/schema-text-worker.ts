// The thread of schema-text.ts: one schema, one text.
import { parentPort, workerData } from 'node:worker_threads'
import { notationOf } from './schema-text.ts'

parentPort?.postMessage(notationOf(workerData as string), [])
