// What `disable` and `enable` have in common: what is switched, by whom, and how it is said.
import type { Command as Commander } from 'commander'
import { Argument } from 'commander'
import type { JsonObject } from '@sallyport/gateway/json/value.ts'
import { CommandFailure } from '../exit-codes.ts'
import { stringOf } from '../mcp/shape.ts'
import { defineOperator } from './operator-token.ts'
import type { OperatorOptions } from './operator-token.ts'

export type SwitchOptions = OperatorOptions & { readonly issuer?: string; readonly reason?: string }

const KINDS = ['tool', 'target', 'client', 'person', 'everything']

export function defineSwitch(command: Commander): void {
  command
    .addArgument(new Argument('<what>', 'what it is').choices(KINDS))
    .argument('[name]', 'its name: `target___tool`, target, client id or subject')
    .option('--issuer <url>', 'the issuer of client or person, where there are several')
  defineOperator(command)
}

/** The order but for the operator's token. */
export function switchOrder(args: readonly string[], options: SwitchOptions): JsonObject {
  const [what = '', name] = args
  if ((what === 'everything') !== (name === undefined)) {
    throw new CommandFailure(
      'usage',
      name === undefined ? `which ${what}? a name is needed` : '`everything` has no name',
    )
  }
  const { issuer, reason = 'not given' } = options
  return {
    what,
    reason,
    ...(name === undefined ? {} : { name }),
    ...(issuer === undefined ? {} : { issuer }),
  }
}

/** Such as ``tool `records___echo` ``. */
export function switchedWords(switched: JsonObject): string {
  const what = stringOf(switched['what']) ?? ''
  const name = stringOf(switched['name'])
  return name === undefined ? what : `${what} \`${name}\``
}
