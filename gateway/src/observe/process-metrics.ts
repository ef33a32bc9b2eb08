// What the process itself costs: memory, processor time, and how long the event loop was kept from its work.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Metrics } from './metrics.ts'

const NANOSECONDS = 1e9
const MICROSECONDS = 1e6

/** Registers the gauges; returns what stops the measuring. */
export function addProcessMetrics(metrics: Metrics): () => void {
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  metrics.gauge('process_resident_memory_bytes', 'resident memory', () => process.memoryUsage.rss())
  metrics.gauge('process_heap_bytes', 'used heap', () => process.memoryUsage().heapUsed)
  metrics.gauge('process_cpu_seconds', 'processor time since the start', () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / MICROSECONDS
  })
  metrics.gauge(
    'event_loop_delay_seconds',
    'how late timers fired since the last scrape',
    () => {
      const reading = [
        [['0.5'], delay.percentile(50) / NANOSECONDS],
        [['0.99'], delay.percentile(99) / NANOSECONDS],
        [['1'], delay.max / NANOSECONDS],
      ] as const
      delay.reset()
      return reading
    },
    ['quantile'],
  )
  return () => void delay.disable()
}
