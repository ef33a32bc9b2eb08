// `sallyport pins list`: every tool of every target with its pin: approved, waiting for a review, changed since it was
// approved, or gone; who approved it, and what the scanner found.
import type { JsonObject } from '@sallyport/gateway/json/value.ts'
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { askGateway } from '../gateway/admin-socket.ts'
import { approverOf, stateOf, timeOf } from '../gateway/show-pin.ts'
import { defineStateFolder, stateFolder } from '../gateway/state-folder.ts'
import type { StateFolderOptions } from '../gateway/state-folder.ts'
import { objectsOf, stringOf } from '../mcp/shape.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { table } from '../terminal/table.ts'

type ListOptions = StateFolderOptions & {
  readonly target?: string
  readonly waiting?: boolean
  readonly now?: boolean
}

export const pinsList: Command<ListOptions> = {
  examples: [
    'sallyport pins list',
    'sallyport pins list --waiting --now',
    'sallyport pins list --target market --json',
  ],
  define: (command) => {
    command
      .option('--target <id>', 'of one target')
      .option('--waiting', 'only what is not approved as it is offered')
      .option('--now', 'ask the targets first, instead of once a minute')
    defineStateFolder(command)
  },
  run: async ({ options, terminal, json }) => {
    const folder = await stateFolder(options, terminal)
    const answer = await askGateway(folder, 'POST', '/pins', { now: options.now === true })
    const pins = objectsOf(answer['pins']).filter((pin) => isAskedFor(pin, options))
    if (json) terminal.out(`${jsonText({ pins })}\n`)
    else if (pins.length === 0) terminal.note('There is nothing to show.\n')
    else terminal.out(table([HEAD, ...pins.map(rowOf)]))
    return exitCode('ok')
  },
}

/** Nobody has to look at what the configuration leaves out. */
const SETTLED = new Set<unknown>(['approved', 'left_out'])
const HEAD = ['tool', 'state', 'since', 'approved by', 'findings']

function isAskedFor(pin: JsonObject, { target, waiting }: ListOptions): boolean {
  if (target !== undefined && pin['target'] !== target) return false
  return waiting !== true || !SETTLED.has(pin['state'])
}

function rowOf(pin: JsonObject): readonly string[] {
  const rules = new Set(objectsOf(pin['findings']).map(({ rule }) => stringOf(rule) ?? ''))
  return [
    stringOf(pin['tool']) ?? '',
    stateOf(pin),
    timeOf(pin['sinceMs']),
    approverOf(pin),
    rules.size === 0 ? '–' : [...rules].join(', '),
  ]
}
