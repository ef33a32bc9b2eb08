// A relaxation of security that is switched on is said in the log and stands in the record, at each start and reload.
import type { Audit } from './audit/record.ts'
import type { Relaxation } from './config/relaxations.ts'
import type { Log } from './observe/log.ts'

export async function reportRelaxed(
  relaxed: readonly Relaxation[],
  { log, audit }: { readonly log: Pick<Log, 'warn'>; readonly audit: Pick<Audit, 'event'> },
): Promise<void> {
  for (const { path, meaning } of relaxed) {
    log.warn({ setting: path, meaning }, 'a relaxation of security is switched on')
    await audit.event('relaxed', { setting: path, meaning })
  }
}
