// Policies that people can trust before they take effect: tested, previewed against what was really called, asked
// who may do what.
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { said, type Scene } from './scene.ts'

export async function tellPolicies({ story, at, folder, world }: Scene): Promise<void> {
  story.chapter('A policy before it takes effect')
  const tested = await at('erin', 'policy', 'test')
  const { ok, run } = tested.json as { ok?: boolean; run?: number }
  story.expect(
    'the cases beside the policies are run',
    'all pass',
    ok === true ? `${run} pass` : said(tested),
    tested.code === 0 && ok === true && (run ?? 0) > 20,
  )
  const policies = join(dirname(world.facts.configFile), 'policies')
  const next = join(folder, 'policies-next')
  cpSync(policies, next, { recursive: true })
  replaceIn(join(next, 'market.cedar'), 'decimal("500.0")', 'decimal("400.0")')
  const wrong = await at('erin', 'policy', 'test', '--policies', next)
  story.expect(
    'a lower limit for traders breaks a case',
    'found (exit 65)',
    `exit ${wrong.code}`,
    wrong.code === 65,
  )
  const preview = await at('erin', 'policy', 'diff', policies, next)
  const { counts } = preview.json as { counts?: Readonly<Record<string, number>> }
  const denied = counts?.['newly denied']
  story.expect(
    'the change is previewed against the calls of this story',
    "1 newly denied: bob's alert",
    `${denied} newly denied, ${counts?.['same']} the same`,
    denied === 1 && counts?.['newly allowed'] === 0,
  )
  const who = await at('erin', 'policy', 'who-can', 'market___set_price_alert')
  const { access = [] } = who.json as { access?: { principal: { subject: string } }[] }
  const subjects = [...new Set(access.map(({ principal }) => principal.subject))].toSorted()
  story.expect(
    'who may set alerts',
    'bob carol',
    subjects.join(' '),
    subjects.join() === 'bob,carol',
  )
}

export function replaceIn(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8')
  if (!text.includes(from)) throw new Error(`\`${from}\` is not in ${file}`)
  writeFileSync(file, text.replace(from, to))
}
