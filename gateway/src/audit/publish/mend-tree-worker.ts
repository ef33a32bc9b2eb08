// Makes a tree file anew in a thread of its own: a log may hold millions of records.
import { parentPort, workerData } from 'node:worker_threads'
import { mendTree } from './mend-tree.ts'

const { folder, name } = workerData as { readonly folder: string; readonly name: string }
try {
  parentPort?.postMessage({ size: await mendTree(folder, name) }, [])
} catch (error) {
  parentPort?.postMessage(
    { failed: error instanceof Error ? error.message : 'unknown failure' },
    [],
  )
}
