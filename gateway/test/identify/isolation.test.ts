// Two callers never share an answer (root cause R4 of the attacks, J-18).
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Identity } from '../../src/identify/identity.ts'
import { makeKey, makeToken, personClaims, RESOURCE, startWorld } from './world.ts'

const key = makeKey('k1')

test('J-18: two principals, endpoints or issuers never share an answer', async () => {
  const world = await startWorld({
    keys: [key],
    issuer: { tags: { groups: 'groups' }, audience: ['any'] },
  })
  const claims = fc.record({
    sub: fc.constantFrom('alice', 'bob', 'a|b', '["alice"]'),
    client_id: fc.constantFrom('desk', 'phone'),
    groups: fc.constantFrom(undefined, [], ['a'], ['a', 'b']),
  })
  const resource = fc.constantFrom(RESOURCE, `${RESOURCE}/market`)
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(claims, resource), { minLength: 2, maxLength: 6 }),
      async (calls) => {
        for (const [call, at] of [...calls, ...calls]) {
          const identity = (await world.ask(
            makeToken(key, personClaims({ ...call, aud: 'any' })),
            at,
          )) as Identity
          expect(identity.principal).toMatchObject({ subject: call.sub, clientId: call.client_id })
          expect(identity.principal.tags.get('groups')).toBe(
            call.groups && `|${call.groups.map((group) => `${group}|`).join('')}`,
          )
        }
        const fingerprints = [...world.identify.principals()].map((one) => one.fingerprint)
        expect(new Set(fingerprints).size).toBe(fingerprints.length)
      },
    ),
    { numRuns: 30 },
  )
})
