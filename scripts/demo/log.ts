// The log as an outsider sees it: verified, and found out where a copy was changed.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Scene } from './scene.ts'

export async function tellLog({ story, as, folder, world }: Scene): Promise<void> {
  story.chapter('The log')
  const log = join(world.stateFolder, 'audit')
  const whole = await as('erin', 'audit', 'verify', log)
  story.expect('the log is verified', 'whole (exit 0)', `exit ${whole.code}`, whole.code === 0)
  const changes = [
    ['one byte of a copy is flipped', flipOneByte],
    ['one line of a copy is removed from the middle', removeOneLine],
  ] as const
  for (const [n, [what, change]] of changes.entries()) {
    const copy = join(folder, `log-${n}`)
    cpSync(log, copy, { recursive: true })
    change(recordsIn(copy))
    const found = await as('erin', 'audit', 'verify', copy)
    story.expect(what, 'found (exit 65)', `exit ${found.code}`, found.code === 65)
  }
}

function recordsIn(log: string): string {
  const file = readdirSync(log).find(
    (entry) => entry.endsWith('.jsonl') && !entry.endsWith('.personal.jsonl'),
  )
  return join(log, file ?? '')
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
