// The log as an outsider sees it: verified, found out where a copy was changed or cut, and right about a person who was
// taken out of it.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ended, type Scene } from './scene.ts'

const CHECKPOINT_WITHIN_MS = 60_000

export async function tellLog(scene: Scene): Promise<void> {
  const { story } = scene
  const log = join(scene.world.stateFolder, 'audit')
  story.chapter('The log')
  await signed(log)
  await findsChanges(scene, log)
  await erases(scene, log)
}

async function findsChanges({ story, as, folder }: Scene, log: string): Promise<void> {
  const whole = await as('erin', 'audit', 'verify', log)
  story.expect('the log is verified', 'whole (exit 0)', `exit ${whole.code}`, whole.code === 0)
  const changes = [
    ['one byte of a copy is flipped', flipOneByte],
    ['one line of a copy is removed from the middle', removeOneLine],
    ['the end of a copy is cut off, before the last signed checkpoint', cutTheEnd],
  ] as const
  for (const [n, [what, change]] of changes.entries()) {
    const copy = join(folder, `log-${n}`)
    cpSync(log, copy, { recursive: true })
    change(fileOf(copy, RECORDS))
    const found = await as('erin', 'audit', 'verify', copy)
    story.expect(what, 'found (exit 65)', `exit ${found.code}`, found.code === 65)
  }
}

async function erases({ story, as, at }: Scene, log: string): Promise<void> {
  const findBob = async () => {
    const { json } = await at('erin', 'audit', 'search', '--person', 'bob')
    return ((json['records'] ?? []) as unknown[]).length
  }
  const before = await findBob()
  const erased = await at('erin', 'audit', 'erase', '--person', 'bob', '--reason', '17', '--yes')
  const after = await findBob()
  story.expect(
    'bob is erased',
    'no longer found',
    ended(erased, `found ${before} times, then ${after}`),
    erased.code === 0 && before > 0 && after === 0,
  )
  const verified = await as('erin', 'audit', 'verify', log)
  const says = verified.stdout.includes('"erased":1')
  story.expect(
    'the log is verified again',
    'whole, and says that a person was erased',
    says ? `exit ${verified.code}, 1 person erased` : `exit ${verified.code}`,
    verified.code === 0 && says,
  )
}

const RECORDS = /(?<!\.personal)\.jsonl$/
const CHECKPOINTS = /\.checkpoints$/

function fileOf(folder: string, name: RegExp): string {
  const found = readdirSync(folder).find((entry) => name.test(entry))
  if (found === undefined) throw new Error(`no file like ${name.source} in ${folder}`)
  return join(folder, found)
}

/** Another process signs what the log was some seconds ago. */
async function signed(log: string): Promise<void> {
  const end = performance.now() + CHECKPOINT_WITHIN_MS
  while (!readdirSync(log).some((name) => CHECKPOINTS.test(name))) {
    if (performance.now() > end) throw new Error('no checkpoint was signed')
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

function flipOneByte(file: string): void {
  const bytes = readFileSync(file)
  const at = bytes.indexOf('"kind":"intent"') + 9
  bytes[at] = (bytes[at] ?? 0) ^ 1
  writeFileSync(file, bytes)
}

function removeOneLine(file: string): void {
  const lines = readFileSync(file, 'utf8').split('\n')
  lines.splice(Math.floor(lines.length / 2), 1)
  writeFileSync(file, lines.join('\n'))
}

function cutTheEnd(file: string): void {
  const lines = readFileSync(file, 'utf8').split('\n')
  writeFileSync(file, `${lines.slice(0, 10).join('\n')}\n`)
}
