// What `sallyport doctor` looks at on this machine, whoever else can be reached: the runtime, the state folder and the
// store in it. The audit disk, ports and the certificate have files of their own.
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { judgeStateFolder } from '../state-folder.ts'
import { lookAtStore } from '../store/sqlite/look-at.ts'
import { good, notLookedAt, warning, wrong, type Finding } from './finding.ts'

const NODE = { major: 24, minor: 15 }

export function lookAtNode(
  version: string,
  environment: Readonly<Record<string, string | undefined>>,
): readonly Finding[] {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const seen = `v${version}`
  const tooOld = major < NODE.major || (major === NODE.major && minor < NODE.minor)
  const needed = `${NODE.major}.${NODE.minor}`
  const node = tooOld
    ? wrong('node', 'version', 'here', seen, `install Node ${NODE.major}, ${needed} or newer`)
    : major > NODE.major
      ? warning(
          'node',
          'version',
          `${seen} is newer than what was tested`,
          `prefer Node ${NODE.major}`,
        )
      : good('node', 'version', seen)
  if (environment['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0') return [node]
  const ignored =
    'NODE_TLS_REJECT_UNAUTHORIZED=0 is set; the gateway verifies certificates all the same'
  return [node, warning('node', 'environment', ignored, 'unset it')]
}

export function lookAtStateFolder(folder: string): readonly Finding[] {
  const facts = statSync(folder, { throwIfNoEntry: false })
  if (facts === undefined) {
    return [notLookedAt('state folder', folder, 'it is not there yet; the first start makes it')]
  }
  if (!facts.isDirectory()) {
    return [wrong('state folder', folder, 'here', 'it is no folder', 'name another `stateFolder`')]
  }
  const uid = process.getuid?.()
  if (uid !== undefined && uid !== 0 && facts.uid !== uid) {
    const seen = `it belongs to user ${facts.uid}, and this command runs as ${uid}`
    return [wrong('state folder', folder, 'here', seen, 'run this as the user of the gateway')]
  }
  const { refused, relaxed } = judgeStateFolder(folder, facts.mode)
  if (refused !== undefined) {
    return [wrong('state folder', folder, 'here', refused.seen, refused.fix)]
  }
  if (relaxed !== undefined) {
    return [warning('state folder', folder, relaxed, 'take that right away with `chmod g-w`')]
  }
  return [good('state folder', folder, 'for its owner alone to write')]
}

export function lookAtStoreFile(folder: string): readonly Finding[] {
  const path = join(folder, 'state.sqlite')
  if (!existsSync(path)) {
    return [notLookedAt('store', path, 'it is not there yet; the first start makes it')]
  }
  try {
    const { step, newestStep, rows, damage } = lookAtStore(path)
    if (damage !== undefined) {
      return [wrong('store', path, 'here', damage, 'put a backup back with `sallyport restore`')]
    }
    if (step > newestStep) {
      const seen = `schema ${step}, and this version knows ${newestStep}`
      return [warning('store', path, seen, 'a newer version has written it: run that one')]
    }
    return [good('store', path, `whole; schema ${step} of ${newestStep}, ${rows} rows`)]
  } catch (error) {
    const seen = error instanceof Error ? error.message : String(error)
    const fix = 'see whether it is the file of a gateway and may be read; else put a backup back'
    return [wrong('store', path, 'here', seen, fix)]
  }
}
