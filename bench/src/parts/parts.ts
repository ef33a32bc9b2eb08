// The parts of the benchmark by name, in the order in which they run and are reported.
import { audit } from './audit.ts'
import { calls } from './calls.ts'
import { decisions } from './decisions.ts'
import { eras } from './eras.ts'
import { idle } from './idle.ts'
import { lists } from './lists.ts'
import { overload } from './overload.ts'
import type { Part } from './part.ts'
import { policies } from './policies.ts'
import { processes } from './processes.ts'
import { sizes } from './sizes.ts'
import { sse } from './sse.ts'
import { start } from './start.ts'

export const PARTS: Readonly<Record<string, Part>> = {
  calls,
  sizes,
  sse,
  lists,
  eras,
  processes,
  idle,
  start,
  overload,
  policies,
  decisions,
  audit,
}
