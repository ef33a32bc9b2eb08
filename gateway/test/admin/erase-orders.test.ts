import { expect, test } from 'vitest'
import { eraseOrders } from '../../src/admin/erase-orders.ts'
import type { Person } from '../../src/audit/erase.ts'
import { OPERATOR } from './operator.ts'

const HERE = 'https://login.acme.example'
const FORMER = 'https://former.acme.example'

/** Logs that have alice by these issuers. */
function make(...issuers: readonly string[]) {
  const asked: Person[] = []
  const orders = eraseOrders({
    erasing: {
      requireRole: async () => OPERATOR,
      issuers: () => [HERE],
      keysOf: async (person) => {
        asked.push(person)
        const keys = new Map(issuers.includes(person.issuer) ? [['one', ['k']]] : [])
        return { keys, others: issuers.filter((issuer) => issuer !== person.issuer) }
      },
      recordErased: async () => undefined,
      eraseKeys: async (keys) => ({ logs: [...keys.keys()], keys: 1, lines: 3, inUse: [] }),
      exclusively: (use) => use(),
    },
  })
  const erase = async (more: object) =>
    orders.get('/audit/erase')?.({ person: 'alice', reason: 'a test', ...more })
  return { erase, asked }
}

test('policy-audit §2.4: a person of an issuer that is trusted no more is erased, where it is named', async () => {
  const { erase, asked } = make(FORMER)
  expect(await erase({ issuer: FORMER })).toMatchObject({ issuer: FORMER, lines: 3, others: [] })
  expect(asked).toEqual([{ issuer: FORMER, subject: 'alice' }])
})

test('policy-audit §2.4: others of the same name are told, whether or not somebody was erased', async () => {
  expect(await make(HERE, FORMER).erase({})).toMatchObject({ issuer: HERE, others: [FORMER] })
  await expect(make(FORMER).erase({})).rejects.toThrow(
    `no log has anything of that person of \`${HERE}\`; there is somebody of that name of \`${FORMER}\``,
  )
  await expect(make().erase({})).rejects.toThrow(/of that person of `[^`]*`$/)
})
