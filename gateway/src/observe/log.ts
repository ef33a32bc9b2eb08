// The log: one line of JSON per event, on one stream. pino writes the lines of control; lines of requests are
// written by request-line.ts into the same stream. Nothing reaches either that log-fields.ts has not cleaned.
import { pino } from 'pino'
import type { Clock } from '../system/clock.ts'
import { systemClock } from '../system/clock.ts'
import { cleanFields, cleanText } from './log-fields.ts'
import type { LogFields } from './log-fields.ts'
import { requestLine } from './request-line.ts'
import type { RequestFields } from './request-line.ts'
import { createSampler } from './sampler.ts'
import type { LogLevel } from './settings.ts'

const REFUSED_PER_SECOND = 100
const INFO = pino.levels.values['info'] ?? 30
const WARN = pino.levels.values['warn'] ?? 40

export type LogStream = { readonly write: (line: string) => unknown }

export type Log = {
  readonly debug: (fields: LogFields, message: string) => void
  readonly info: (fields: LogFields, message: string) => void
  readonly warn: (fields: LogFields, message: string) => void
  readonly error: (fields: LogFields, message: string) => void
  /**
   * One request. A field `code` marks a refusal: those are written at most 100 times per second, code and
   * `peer`; how many were left out is written afterwards.
   */
  readonly request: (fields: RequestFields) => void
}

export type LogParts = {
  readonly level: LogLevel
  readonly stream: LogStream
  readonly clock?: Clock
}

export function createLog({ level, stream, clock = systemClock }: LogParts): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":${clock.wallMs()}`,
      serializers: { err: (error: unknown) => error },
    },
    stream as pino.DestinationStream,
  )
  const sampler = createSampler(clock, REFUSED_PER_SECOND)
  const requests = logger.levelVal <= INFO
  const line =
    (name: LogLevel) =>
    (fields: LogFields, message: string): void => {
      if (logger.isLevelEnabled(name)) logger[name](cleanFields(fields), cleanText(message))
    }
  const warn = line('warn')
  return {
    debug: line('debug'),
    info: line('info'),
    warn,
    error: line('error'),
    request(fields) {
      for (const { key, suppressed } of sampler.drain()) {
        warn({ kind: key, suppressed }, 'refusals were not logged one by one')
      }
      const { code, peer } = fields
      const refused = code !== undefined
      if (!requests && !(refused && logger.levelVal <= WARN)) return
      if (refused && !sampler.take(`${code} ${peer ?? ''}`)) return
      stream.write(requestLine(refused ? WARN : INFO, clock.wallMs(), fields))
    },
  }
}
