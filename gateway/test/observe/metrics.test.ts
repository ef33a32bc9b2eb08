import { describe, expect, test } from 'vitest'
import { createMetrics } from '../../src/observe/metrics.ts'

describe('OpenMetrics 1.0.0 text', () => {
  test('counters, histograms and gauges in the form of the specification', () => {
    const metrics = createMetrics()
    const requests = metrics.counter('requests', 'requests by route', ['route', 'code'])
    requests.with('/mcp', 'ok').inc()
    requests.with('/mcp', 'ok').inc(2)
    metrics.counter('restarts', 'restarts').inc()
    const seconds = metrics.histogram('call_seconds', 'how long calls take', [0.1, 1])
    for (const value of [0.05, 0.1, 0.5, 7]) seconds.observe(value)
    metrics.gauge('streams', 'open streams', () => 3)
    metrics.gauge('target_up', 'targets', () => [[['a'], 1], [['b'], 0]], ['target']) // prettier-ignore
    expect(metrics.render().split('\n')).toEqual([
      '# TYPE requests counter',
      '# HELP requests requests by route',
      'requests_total{route="/mcp",code="ok"} 3',
      '# TYPE restarts counter',
      '# HELP restarts restarts',
      'restarts_total 1',
      '# TYPE call_seconds histogram',
      '# HELP call_seconds how long calls take',
      'call_seconds_bucket{le="0.1"} 2',
      'call_seconds_bucket{le="1.0"} 3',
      'call_seconds_bucket{le="+Inf"} 4',
      'call_seconds_count 4',
      'call_seconds_sum 7.65',
      '# TYPE streams gauge',
      '# HELP streams open streams',
      'streams 3',
      '# TYPE target_up gauge',
      '# HELP target_up targets',
      'target_up{target="a"} 1',
      'target_up{target="b"} 0',
      '# EOF',
      '',
    ])
  })

  test('a counter without labels is there at 0 before it counts', () => {
    const metrics = createMetrics()
    metrics.counter('faults', 'faults')
    expect(metrics.render()).toContain('faults_total 0\n')
  })

  test('label values are escaped and capped: none makes a line of its own', () => {
    const metrics = createMetrics()
    const counter = metrics.counter('a', 'b', ['c'])
    counter.with('x"} 1\nforged_total 9 \\').inc()
    counter.with('y'.repeat(10_000)).inc()
    expect(metrics.render()).toContain('a_total{c="x\\"} 1\\nforged_total 9 \\\\"} 1\n')
    expect(metrics.render().length).toBeLessThan(600)
  })

  test('the number of label sets is bounded, and nothing is lost', () => {
    const metrics = createMetrics()
    const counter = metrics.counter('a', 'b', ['c'])
    for (let i = 0; i < 2000; i++) counter.with(String(i)).inc()
    const samples = metrics.render().match(/^a_total.*$/gm) ?? []
    expect(samples).toHaveLength(501)
    expect(samples.at(-1)).toBe('a_total{c="other"} 1500')
  })

  test('a name twice, no name, and labels that do not match are mistakes of the program', () => {
    const metrics = createMetrics()
    const counter = metrics.counter('a', 'b', ['c'])
    expect(() => metrics.gauge('a', 'b', () => 1)).toThrow('exists')
    expect(() => metrics.gauge('A b', 'b', () => 1)).toThrow('no metric name')
    expect(() => counter.with('x', 'y')).toThrow('value for each label')
    expect(() => counter.inc()).toThrow('labels')
  })
})
