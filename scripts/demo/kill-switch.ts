// An end at once: everything is switched off and on again by an operator, and one person is revoked for good.
import { toolNames } from './one-call.ts'
import { ended, type Scene } from './scene.ts'

export async function tellKillSwitch({ story, as, at, signIn, world }: Scene): Promise<void> {
  story.chapter('An end at once')
  const { mcpUrl } = world.facts
  const before = toolNames(await as('alice', 'tools', mcpUrl))
  await signIn('erin')
  const byAlice = await at('alice', 'disable', 'everything', '--reason', 'a joke')
  story.expect(
    'alice, who has no such role, disables everything',
    'refused (exit 3)',
    `exit ${byAlice.code}`,
    byAlice.code === 3,
  )
  const off = await at('erin', 'disable', 'everything', '--reason', 'drill')
  const stopped = await as('alice', 'tools', mcpUrl)
  story.expect(
    'erin disables everything',
    'nobody gets through (exit 3)',
    ended(off, `exit ${stopped.code}`),
    off.code === 0 && stopped.code === 3,
  )
  const on = await at('erin', 'enable', 'everything')
  const back = toolNames(await as('alice', 'tools', mcpUrl))
  story.expect(
    'and enables it again',
    'the same list',
    ended(on, `${back.length} tools`),
    on.code === 0 && back.length > 0 && back.join() === before.join(),
  )
  await at('erin', 'revoke', '--user', 'bob', '--reason', 'left the desk', '--yes')
  const bob = await as('bob', 'tools', mcpUrl)
  story.expect(
    'bob is revoked; his token has minutes left',
    'refused (exit 77)',
    `exit ${bob.code}`,
    bob.code === 77,
  )
}
