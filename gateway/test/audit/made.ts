// A log in a folder of its own, and what stands in it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createAudit, type AuditSettings, type LogOfProcess } from '../../src/audit/audit.ts'
import { logNames, pathsOf, segmentPaths } from '../../src/audit/log-folder.ts'
import { takeHold } from '../../src/store/sqlite/take-hold.ts'
import { systemClock } from '../../src/system/clock.ts'
import { silent } from './products.ts'

export function newFolder(within = tmpdir()): string {
  const folder = mkdtempSync(join(within, 'sallyport-audit-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export async function openAudit(
  folder: string,
  settings: Omit<AuditSettings, 'folder'> = {},
): Promise<LogOfProcess & { readonly health: boolean[] }> {
  const health: boolean[] = []
  const audit = await createAudit(
    { folder, ...settings },
    { clock: systemClock, takeHold, log: silent, onHealth: (healthy) => health.push(healthy) },
  )
  onTestFinished(() => audit.close())
  return { ...audit, health }
}

/** A record as a test looks at it; which members there are depends on its kind. */
export type Logged = {
  readonly kind: string
  readonly sequence: number
  readonly instance: string
  readonly time: string
  readonly requestId: string
  readonly authAgeSeconds: number
  readonly source: string
  readonly who: Readonly<Record<string, string>>
  readonly about: Readonly<Record<string, string>>
  readonly arguments: { readonly digest: string }
  readonly result: { readonly digest: string }
}

/** All records of all logs in a folder, as they stand there. */
export function recordsIn(folder: string): Logged[] {
  return logNames(folder).flatMap((name) =>
    segmentPaths(folder, name).flatMap((path) =>
      readFileSync(path, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => (JSON.parse(line) as { record: Logged }).record),
    ),
  )
}

export function personalIn(folder: string): Record<string, unknown>[] {
  return logNames(folder).flatMap((name) =>
    readFileSync(pathsOf(folder, name).personal, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  )
}
