// Everybody who follows one log: the signer's checkpoints, anchors, sinks. For one's own log while it grows, and for one
// that a former process left, to its end.
import type { Clock } from '../../system/clock.ts'
import type { Anchor } from './anchors.ts'
import type { Checkpointer } from './checkpointer.ts'
import { readFrom, type FollowedLog, type Gone } from './followed-log.ts'
import { createFollower, type Follower } from './follower.ts'
import { createLag } from './lag.ts'
import { endProgress, readProgress, writeProgress, type Progress } from './progress.ts'
import type { Sink } from './sinks.ts'

export type FollowParts = {
  readonly clock: Clock
  /** Absent: nobody signs. */
  readonly checkpointer: Checkpointer | undefined
  readonly everyRecords: number
  readonly everyMs: number
  readonly anchors: ReadonlyMap<string, Anchor>
  readonly sinks: ReadonlyMap<string, Sink>
  /** Hears who begins to fail, and who works again. */
  readonly onChange: (who: Who, failing: string | undefined) => void
  /** Hears which records a sink can never have: they were pruned before it had them. */
  readonly onGone: (who: Who, gone: Gone) => void
}

export type Who = { readonly kind: 'checkpoint' | 'anchor' | 'sink'; readonly id: string }

export type FollowerState = Who & {
  readonly has: number
  readonly behind: number
  readonly lagMs: number
  readonly failing: string | undefined
}

export type Following = {
  readonly states: () => readonly FollowerState[]
  /** Looks whether there is something to do. */
  readonly look: () => void
  /** Signs what is not signed, gives everybody what they do not have; true: nothing is left. */
  readonly finish: () => Promise<boolean>
  readonly stop: () => void
}

type Part = Who & { readonly follower: Follower; readonly has: () => number }

export async function followLog(log: FollowedLog, parts: FollowParts): Promise<Following> {
  const { clock, checkpointer } = parts
  const before = readProgress(log.folder, log.name)
  const lag = createLag()
  let signedMs = clock.monotonicMs()
  let finishing = false
  let written: string | undefined
  let noting: Promise<void> | undefined

  const follow = (who: Who, step: () => Promise<boolean>, has: () => number): Part => ({
    ...who,
    has,
    follower: createFollower({ clock, step, onChange: (failing) => parts.onChange(who, failing) }),
  })

  const signed = (): number => checkpointer?.last()?.size ?? 0
  const isDue = (): boolean =>
    log.records() - signed() >= parts.everyRecords ||
    clock.monotonicMs() - signedMs >= parts.everyMs ||
    finishing
  const sign = async (to: Checkpointer): Promise<boolean> => {
    if (signed() >= log.records() || !isDue()) return false
    await to.sign()
    signedMs = clock.monotonicMs()
    for (const { follower } of anchors) follower.kick()
    return finishing
  }
  const signing =
    checkpointer === undefined
      ? []
      : [follow({ kind: 'checkpoint', id: 'signer' }, () => sign(checkpointer), signed)]

  const anchors = [...parts.anchors].map(([id, anchor]) => {
    let has = before.anchors[id] ?? 0
    const step = async (): Promise<boolean> => {
      const last = checkpointer?.last()
      if (last === undefined || last.size <= has) return false
      const added = await anchor(log, last, has)
      if (added !== undefined) await checkpointer?.keep(added)
      has = last.size
      return true
    }
    return follow({ kind: 'anchor', id }, step, () => has)
  })

  const sinks = [...parts.sinks].map(([id, sink]) => {
    const who = { kind: 'sink', id } as const
    const reader = readFrom(log, before.sinks[id] ?? 0, (gone) => parts.onGone(who, gone))
    const step = async (): Promise<boolean> => {
      const lines = await reader.next(sink.batchBytes)
      if (lines.count === 0) return false
      await sink.take(log, lines, reader.sequence())
      reader.taken()
      return true
    }
    return follow(who, step, reader.sequence)
  })

  const all: readonly Part[] = [...signing, ...anchors, ...sinks]
  /** What an anchor can have is what was signed. */
  const goal = ({ kind }: Who): number => (kind === 'anchor' ? signed() : log.records())
  const writeNote = async (): Promise<void> => {
    const progress: Progress = { anchors: hasOf(anchors), sinks: hasOf(sinks) }
    const text = JSON.stringify(progress)
    if (text === written) return
    await writeProgress(log.folder, log.name, progress)
    written = text
  }
  /** An old one does no harm but sends something twice, so a disk that is full is no matter here. */
  const note = (): Promise<void> =>
    (noting ??= writeNote()
      .catch(() => undefined)
      .finally(() => {
        noting = undefined
      }))
  // Who prunes looks there for what a sink still lacks: each is named from the start.
  await writeNote().catch(() => undefined)

  return {
    states: () =>
      all.map((part) => ({
        kind: part.kind,
        id: part.id,
        has: part.has(),
        behind: goal(part) - part.has(),
        lagMs: lag.of(part.has(), clock.monotonicMs()),
        failing: part.follower.failing(),
      })),
    look: () => {
      lag.note(log.records(), clock.monotonicMs())
      lag.forget(Math.min(log.records(), ...all.map(({ has }) => has())))
      for (const { follower } of all) follower.kick()
      void note()
    },
    finish: async () => {
      finishing = true
      for (const { follower } of sinks) follower.kick('now')
      await end(signing)
      await end(anchors)
      await end(sinks)
      await note()
      const done = all.every((part) => part.has() >= goal(part))
      if (done) await endProgress(log.folder, log.name)
      return done
    },
    stop: () => {
      for (const { follower } of all) follower.stop()
    },
  }
}

/** Also what was under way before, which may not have seen the last records. */
async function end(parts: readonly Part[]): Promise<void> {
  await Promise.all(
    parts.map(async ({ follower }) => {
      await follower.settled()
      follower.kick('now')
      await follower.settled()
    }),
  )
}

function hasOf(parts: readonly Part[]): Readonly<Record<string, number>> {
  return Object.fromEntries(parts.map(({ id, has }) => [id, has()]))
}
