// The third answer: a call that is neither right nor wrong by rule waits for a second person, and then passes once.
import { alertAt } from './one-call.ts'
import type { Ran } from './run-sallyport.ts'
import { ended, type Scene } from './scene.ts'

export async function tellSecondPerson({ story, as, at, signIn, world }: Scene): Promise<void> {
  story.chapter('A second person')
  await signIn('dan')
  const large = () => as('carol', 'call', world.facts.mcpUrl, ...alertAt(9000))
  const asked = await large()
  const reference = referenceOf(asked)
  story.expect(
    'carol sets an alert at 9000',
    'waits for approval',
    reference === undefined ? ended(asked, 'made at once') : 'waits for approval',
    asked.code === 3 && reference !== undefined,
  )
  const because = ['--reason', 'scarcity is forecast']
  const own = await at('carol', 'approvals', 'approve', reference ?? '', ...because)
  story.expect('carol approves it herself', 'refused (exit 3)', `exit ${own.code}`, own.code === 3)
  const given = await at('dan', 'approvals', 'approve', reference ?? '', ...because)
  story.expect('dan approves it', 'approved', ended(given, 'approved'), given.code === 0)
  const repeated = await large()
  story.expect(
    'carol repeats the very same call',
    'allowed',
    ended(repeated, 'allowed'),
    repeated.code === 0,
  )
  const again = await large()
  const other = referenceOf(again)
  story.expect(
    'and once more',
    'waits for another approval',
    other === undefined || other === reference ? 'passed' : 'waits for another approval',
    again.code === 3 && other !== undefined && other !== reference,
  )
}

function referenceOf({ stdout }: Ran): string | undefined {
  return /reference `([0-9a-f]{32})`/.exec(stdout)?.[1]
}
