// The people of Acme Energy that the sample knows, with passwords that are plainly no secrets.
// Who may do what is not said here: groups become tags at the gateway, policies decide.
import { createHash, timingSafeEqual } from 'node:crypto'

export type SamplePerson = {
  /** Sign-in name, and `sub` of the tokens. */
  readonly username: string
  readonly password: string
  readonly name: string
  readonly title: string
  readonly groups: readonly string[]
  readonly tenant: string
}

export const PEOPLE: readonly SamplePerson[] = [
  person('alice', 'Alice Amsel', 'Settlement analyst', 'settlement-analysts'),
  person('bob', 'Bob Brandt', 'Trader', 'traders'),
  person('carol', 'Carol Castro', 'Controller', 'controllers'),
  person('dan', 'Dan Duarte', 'Controller', 'controllers'),
  person('erin', 'Erin Eklund', 'Gateway operator', 'gate-admins'),
]

/** The person, if name and password belong together; same work for unknown names (O-32). */
export function authenticate(username: string, password: string): SamplePerson | undefined {
  const found = findPerson(username)
  const matches = timingSafeEqual(digest(password), digest(found?.password ?? ''))
  return found !== undefined && matches ? found : undefined
}

export function findPerson(username: string): SamplePerson | undefined {
  return PEOPLE.find((candidate) => candidate.username === username)
}

function person(username: string, name: string, title: string, group: string): SamplePerson {
  const password = `${username}-sample`
  return { username, password, name, title, groups: [group], tenant: 'acme' }
}

function digest(text: string) {
  return createHash('sha256').update(text).digest()
}
