// What loading policies does beside the request thread (policy-audit §1.2, attacks D-11): generating the schemas of
// tools, which runs code over what a target wrote, and judging large sets. One worker for the gateway, started when
// there is work and ended when there was none for a while; a process of its own, because the engine's memory comes back
// with a process alone. A tool that takes too long costs the worker its life and itself a schema; the tools after it go
// on in a new one.
import type { ChildProcess } from 'node:child_process'
import type { JsonObject } from '../json/value.ts'
import { createInTurn } from '../system/in-turn.ts'
import { startWorkerProcess } from '../system/worker.ts'
import { cedar, type Engine } from './engine.ts'
import { judgePolicies, type Judged, type PoliciesToJudge } from './judge-policies.ts'
import { noSchema, type Quarantine } from './tool-schema.ts'

export type ToolToGenerate = { readonly name: string; readonly inputSchema: JsonObject }
export type Generated =
  | { readonly parts: string }
  | Quarantine
  /** May succeed another time. */
  | (Quarantine & { readonly passing: true })

export type Workshop = {
  /** One answer per tool, in their order. Rejects where no worker can be had. */
  readonly generate: (tools: readonly ToolToGenerate[]) => Promise<readonly Generated[]>
  readonly judge: (question: PoliciesToJudge, engine: Engine) => Promise<Judged>
}

/** Asked of the worker, one at a time. */
export type Job =
  /** Load the generator. */
  | { readonly warm: true }
  | { readonly tool: { readonly name: string; readonly inputSchema: string } }
  | { readonly question: PoliciesToJudge }
export type JobResult = Generated | Judged
export type WorkerMessage = 'ready' | { readonly result: JobResult } | { readonly failed: string }

export type WorkshopSettings = {
  readonly start?: () => ChildProcess
  readonly startMs?: number
  readonly perToolMs?: number
  readonly judgeMs?: number
  readonly idleMs?: number
}

const START_MS = 30_000
const PER_TOOL_MS = 2_000
/** Thousands of policies for thousands of tools take their time; nobody waits for it but they. */
const JUDGE_MS = 300_000
const IDLE_MS = 2_000
/** Up to this much text is judged at once where it is asked: a worker would cost more. */
const SMALL = 16 * 1024

class Late extends Error {}

export function createWorkshop(settings: WorkshopSettings = {}): Workshop {
  const { start = startPolicyWorker, startMs = START_MS, perToolMs = PER_TOOL_MS } = settings
  const { judgeMs = JUDGE_MS, idleMs = IDLE_MS } = settings
  let worker: ChildProcess | undefined
  let warm = false
  let idle: NodeJS.Timeout | undefined
  const turns = createInTurn()

  /** The worker has one job at a time. */
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    return turns(async () => {
      clearTimeout(idle)
      try {
        return await work()
      } finally {
        idle = setTimeout(end, idleMs).unref()
      }
    })
  }

  function end(): void {
    worker?.kill('SIGKILL')
    worker = undefined
    warm = false
  }

  async function ask(job: Job, limitMs: number): Promise<JobResult> {
    try {
      if (worker === undefined) {
        worker = start()
        await heard(worker, startMs)
      }
      const answered = heard(worker, limitMs)
      worker.send(job)
      return (await answered) as JobResult
    } catch (error) {
      end()
      throw error
    }
  }

  async function generateOne({ name, inputSchema }: ToolToGenerate): Promise<Generated> {
    if (!warm) await ask({ warm: true }, startMs)
    warm = true
    try {
      return (await ask(
        { tool: { name, inputSchema: JSON.stringify(inputSchema) } },
        perToolMs,
      )) as Generated
    } catch (error) {
      if (!(error instanceof Late)) throw error
      return { ...noSchema(`it took longer than ${perToolMs} ms`), passing: true }
    }
  }

  return {
    generate: (tools) =>
      inTurn(async () => {
        const made: Generated[] = []
        for (const tool of tools) made.push(await generateOne(tool))
        return made
      }),
    async judge(question, engine) {
      if (sizeOf(question) <= SMALL || engine !== cedar) return judgePolicies(question, engine)
      return (await inTurn(() => ask({ question }, judgeMs))) as Judged
    },
  }
}

/** The one of this process. */
export const workshop: Workshop = createWorkshop()

function startPolicyWorker(): ChildProcess {
  return startWorkerProcess(new URL('./policy-worker.ts', import.meta.url))
}

/** The next message of the worker, or its result. */
function heard(worker: ChildProcess, limitMs: number): Promise<'ready' | JobResult> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => () => {
      clearTimeout(timer)
      worker.off('message', onMessage).off('error', onError).off('exit', onExit)
      act()
    }
    const onError = (error: unknown): void =>
      settle(() => reject(error instanceof Error ? error : new Error(String(error))))()
    const onExit = (): void => settle(() => reject(new Error('the policy worker ended')))()
    const onMessage = (message: WorkerMessage): void =>
      settle(() => {
        if (message === 'ready') resolve(message)
        else if ('failed' in message) reject(new Error(message.failed))
        else resolve(message.result)
      })()
    // Holds the process: somebody waits for this.
    const timer = setTimeout(
      settle(() => reject(new Late(`no answer within ${limitMs} ms`))),
      limitMs,
    )
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
  })
}

function sizeOf({ files, tools }: PoliciesToJudge): number {
  const policies = files.reduce((sum, { text }) => sum + text.length, 0)
  return tools.reduce((sum, { parts }) => sum + parts.length, policies)
}
