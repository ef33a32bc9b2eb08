// Wycheproof's JWS and JWK vectors against the code that verifies tokens (attacks J-01 … J-14, J-22): the strict
// structure, the reading of key sets, the choice of the key and the signature. What follows for a token
// (issuer, claims) does not apply: the payloads are not claims.
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isAlgorithm } from '../../gateway/src/identify/algorithms.ts'
import { parseCompactJws } from '../../gateway/src/identify/compact-jws.ts'
import { findKey, readKeySet } from '../../gateway/src/identify/key-set.ts'
import { verifySignature } from '../../gateway/src/identify/signature.ts'
import { isRefusal } from '../../gateway/src/refusal.ts'
import { KEY_DEVIATIONS, SIGNATURE_DEVIATIONS } from './jose-deviations.ts'
import type { Deviation } from './jose-deviations.ts'

type Vector = {
  readonly tcId: number
  readonly comment: string
  readonly jws: string
  readonly result: 'valid' | 'invalid'
}
type Group = {
  readonly comment: string
  readonly public?: object
  readonly private?: object
  readonly tests: readonly Vector[]
}
type Answer = { readonly accepted: boolean; readonly why: string }

const REPOSITORY = resolve(import.meta.dirname, '../..')
const CORPUS = resolve(REPOSITORY, process.env['SALLYPORT_CORPUS'] ?? '../shared/corpus')

function groupsOf(file: string): readonly Group[] {
  const path = resolve(CORPUS, 'wycheproof', file)
  if (!existsSync(path)) {
    throw new Error(
      `the test vectors are missing: no \`wycheproof/${file}\` in the corpus folder; set SALLYPORT_CORPUS to it (CONTRIBUTING.md)`,
    )
  }
  return (JSON.parse(readFileSync(path, 'utf8')) as { testGroups: readonly Group[] }).testGroups
}

// A group has one key or a set of them; symmetric ones are `private` alone, and we read them all the same.
function keysOf(group: Group): Buffer {
  const keys = group.public ?? group.private
  return Buffer.from(JSON.stringify(keys !== undefined && 'keys' in keys ? keys : { keys: [keys] }))
}

async function judge(jws: string, keys: Buffer): Promise<Answer> {
  const parsed = parseCompactJws(jws)
  if (isRefusal(parsed)) return { accepted: false, why: parsed.reason ?? parsed.refused }
  if (!isAlgorithm(parsed.algorithm)) return { accepted: false, why: 'algorithm' }
  const set = readKeySet(keys)
  if (typeof set === 'string') return { accepted: false, why: set }
  const key = findKey(set, parsed.keyId, parsed.algorithm)
  if (key === undefined) return { accepted: false, why: `no key: ${String(set.leftOut)}` }
  return { accepted: await verifySignature(parsed, key), why: 'signature' }
}

function describeFile(file: string, count: number, deviations: readonly Deviation[]): void {
  describe(`Wycheproof ${file}`, () => {
    const groups = groupsOf(file)
    const deviating = new Map(
      deviations.flatMap(({ tests, reason }) => tests.map((id) => [id, reason] as const)),
    )
    const seen = new Map<number, 'valid' | 'invalid'>()

    for (const group of groups) {
      const keys = keysOf(group)
      for (const { tcId, comment, jws, result } of group.tests) {
        seen.set(tcId, result)
        const reason = deviating.get(tcId)
        const expected = result === 'valid' && reason === undefined
        const title = reason === undefined ? result : `${result}, refused: ${reason}`
        test(`Wycheproof ${tcId} ${group.comment} ${comment}: ${title}`, async () => {
          const answer = await judge(jws, keys)
          expect(answer).toMatchObject({ accepted: expected })
        })
      }
    }

    test('every vector of the file was run, and every deviation is a valid one that we refuse', () => {
      expect(seen.size).toBe(count)
      for (const id of deviating.keys())
        expect({ id, is: seen.get(id) }).toEqual({ id, is: 'valid' })
    })
  })
}

describeFile('json_web_signature_test.json', 401, SIGNATURE_DEVIATIONS)
describeFile('json_web_key_test.json', 26, KEY_DEVIATIONS)
