// Loaded before a gateway whose memory is measured: when it is told to (SIGUSR2) it collects garbage and writes what is
// left into the file that BENCH_MEMORY_FILE names.
import { writeFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isMainThread } from 'node:worker_threads'

const file = process.env['BENCH_MEMORY_FILE']
if (isMainThread && file !== undefined) {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  process.on('SIGUSR2', () => {
    collect()
    writeFileSync(file, JSON.stringify(process.memoryUsage()))
  })
}
