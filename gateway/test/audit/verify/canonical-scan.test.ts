import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createScan } from '../../../src/audit/verify/canonical-scan.ts'
import { verifyLine } from '../../../src/audit/verify/verify-line.ts'
import { canonicalJson } from '../../../src/json/canonical.ts'
import type { JsonObject } from '../../../src/json/value.ts'
import { lineOf } from '../signed.ts'

const scanBytes = createScan()
const scan = (record: Buffer) => scanBytes(record, 0, record.length)
const ESSENTIALS = { instance: 'ab', kind: 'intent', sequence: 3, time: 't', version: 1 }
/** What the strict reader says of the same bytes. */
const strict = (record: string | Buffer) => {
  const line = lineOf(record.toString())
  const verified = verifyLine(Buffer.from(line))
  return verified.findings.length === 0 && 'record' in verified ? verified.record : undefined
}
const members = fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 4 }), {
  maxKeys: 6,
})

test('RFC 8785: what the scan is sure of, the strict reader says as well', () => {
  fc.assert(
    fc.property(
      members,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
      (more, changes) => {
        const bytes = Buffer.from(canonicalJson({ ...(more as JsonObject), ...ESSENTIALS }))
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte
        const seen = scan(bytes)
        if (seen !== undefined) expect(seen).toEqual(strict(bytes))
      },
    ),
    { numRuns: 3000 },
  )
})

test('a record as the writer makes it needs no strict reader', () => {
  const record = canonicalJson({
    ...ESSENTIALS,
    durationMs: 1.25,
    intent: { instance: 'ab', sequence: 2 },
    kept: { '/a': [true, false, null, -1, 0.5, 'x'], '/b': {}, '/c': [] },
    kind: 'outcome',
  })
  expect(scan(Buffer.from(record))).toEqual({
    instance: 'ab',
    kind: 'outcome',
    sequence: 3,
    intent: { instance: 'ab', sequence: 2 },
  })
})

test.for([
  '{"instance":"ab","kind":"k","sequence":3,"time":"t","version":1} ',
  '{"instance":"ab","kind":"k","kind":"k","sequence":3,"time":"t","version":1}',
  '{"kind":"k","instance":"ab","sequence":3,"time":"t","version":1}',
  '{"instance":"ab","kind":"k","sequence":03,"time":"t","version":1}',
  '{"instance":"ab","kind":"k","sequence":-0,"time":"t","version":1}',
  '{"instance":"ab","kind":"k","sequence":3,"time":"t","version":1.0}',
  '{"instance":"ab","kind":"k","sequence":3,"time":"t","version":1e2}',
  '{"instance":"ab","kind":"\\u006b","sequence":3,"time":"t","version":1}',
  '{"instance":"ab","kind":"k","sequence":3,"time":"t"}',
  '{"instance":"ab","kind":"k","sequence":3,"time":"t","version":1,}',
  '{"a":[1,],"instance":"ab","kind":"k","sequence":3,"time":"t","version":1}',
  '[{"instance":"ab","kind":"k","sequence":3,"time":"t","version":1}]',
  '{}',
  '',
])('the scan is not sure of %s', (text) => {
  expect(scan(Buffer.from(text))).toBe(undefined)
})
