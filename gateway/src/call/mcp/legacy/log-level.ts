// Levels of log messages (MCP 2025-11-25, server/utilities/logging; RFC 5424 §6.2.1), most verbose first.
const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency']

export function isLogLevel(level: unknown): level is string {
  return typeof level === 'string' && LEVELS.includes(level)
}

export function moreVerbose(level: string, than: string): boolean {
  return LEVELS.indexOf(level) < LEVELS.indexOf(than)
}

/** Whether somebody who asked for `wanted` is told a message of this level. */
export function reaches(level: unknown, wanted: string): boolean {
  return isLogLevel(level) && !moreVerbose(level, wanted)
}
