// Logs that former processes left with something to be signed or sent: one after the other to the end, by whichever
// process of the folder has the hold (`publish.hold`).
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { startWorker } from '../../system/worker.ts'
import { answerOf } from '../ask-tree.ts'
import { pathsOf, type Hold, type TakeHold } from '../log-folder.ts'
import { holdOn } from '../side-file-hold.ts'
import { openTree } from '../tree-file.ts'
import type { FollowedLog } from './followed-log.ts'

const PROGRESS = '.progress'
const AGAIN_MS = 30_000

export type FormerLogs = { readonly end: () => void }

/** `follow` brings one log to its end; true: nothing is left. What is left is tried again later. */
export function followFormer(
  own: FollowedLog,
  takeHold: TakeHold,
  follow: (log: FollowedLog) => Promise<boolean>,
  failed: (name: string, error: unknown) => void,
): FormerLogs {
  const { folder } = own
  let hold: Hold | undefined
  let ended = false
  let running = false

  const look = async (): Promise<void> => {
    if (running) return
    running = true
    try {
      hold ??= holdOn(join(folder, 'publish.hold'), takeHold)
      for (const name of hold === undefined ? [] : leftIn(folder)) {
        if (ended || name === own.name) continue
        await formerLog(folder, name)
          .then(follow)
          .catch((error: unknown) => failed(name, error))
      }
    } catch (error) {
      // The folder is away for a moment, or the hold cannot be written: it is tried again.
      failed(folder, error)
    }
    running = false
  }
  const timer = setInterval(() => void look(), AGAIN_MS).unref()
  void look()

  return {
    end: () => {
      ended = true
      clearInterval(timer)
      hold?.release()
    },
  }
}

/** Names of closed logs with something left to do, oldest first. */
function leftIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(PROGRESS))
    .map((file) => file.slice(0, -PROGRESS.length))
    .filter((name) => !existsSync(pathsOf(folder, name).lock))
    .toSorted()
}

async function formerLog(folder: string, name: string): Promise<FollowedLog> {
  const size = await mended(folder, name)
  return {
    folder,
    name,
    records: () => size,
    tree: async (question) =>
      openTree(pathsOf(folder, name).tree, size, (tree) => answerOf(tree, question)),
    sync: async () => undefined,
  }
}

function mended(folder: string, name: string): Promise<number> {
  const worker: Worker = startWorker(new URL('./mend-tree-worker.ts', import.meta.url), {
    folder,
    name,
  })
  worker.unref()
  return new Promise((resolve, reject) => {
    worker.once('message', ({ size, failed }: { size?: number; failed?: string }) => {
      if (size === undefined) reject(new Error(failed))
      else resolve(size)
    })
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('the tree could not be made')))
  })
}
