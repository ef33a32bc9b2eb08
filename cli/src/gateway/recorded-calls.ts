// The calls of an audit log, gathered, for commands that ask policies about them.
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Gathered } from '@sallyport/gateway/authorize/recorded-call.ts'
import { CommandFailure } from '../exit-codes.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** `folder`: the audit folder, or the state folder around it; `context`: a policy reads time or address. */
export async function readCalls(
  folder: string,
  since: string | undefined,
  terminal: Pick<Terminal, 'nowMs'>,
  context: boolean,
): Promise<Gathered> {
  const inside = join(resolve(folder), 'audit')
  const path = (await isFolder(inside)) ? inside : resolve(folder)
  if (!(await isFolder(path))) {
    throw new CommandFailure('noInput', `there is no audit log in \`${folder}\``)
  }
  const [{ gatherCalls }, { replay }] = await Promise.all([
    import('@sallyport/gateway/authorize/recorded-call.ts'),
    import('@sallyport/gateway/audit/replay.ts'),
  ])
  return gatherCalls(replay(path, sinceMs(since, terminal.nowMs())), context)
}

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

function sinceMs(since: string | undefined, nowMs: number): number {
  if (since === undefined) return 0
  const [, count, unit = ''] = /^([0-9]{1,6})([mhd])$/.exec(since) ?? []
  const time = count === undefined ? Date.parse(since) : nowMs - Number(count) * (UNITS[unit] ?? 0)
  if (!Number.isNaN(time)) return time
  const fix = 'write a time such as 2026-03-01 or 2026-03-01T06:00Z, or an age such as 12h, 7d'
  throw new CommandFailure('usage', `\`${since}\` is no time`, { fix })
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true
}
