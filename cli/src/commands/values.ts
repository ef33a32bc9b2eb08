// Values of options that several commands parse in the same way.
import { InvalidArgumentError } from 'commander'
import { CommandFailure } from '../exit-codes.ts'

/** A whole number from 0 to `max`. */
export function wholeNumber(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value > max) {
      throw new InvalidArgumentError(`a whole number up to ${max} is expected`)
    }
    return value
  }
}

/** A name of logs: no white space, no plus, no slash at its ends (C2SP signed-note, tlog-checkpoint). */
export function signerName(text: string): string {
  if (/^[^\s+/]+(\/[^\s+/]+)*$/.test(text)) return text
  throw new InvalidArgumentError('a name such as gateway.acme.example/audit is expected')
}

/** A reference or a request id, as the gateway writes them. */
export function referenceOf(text: string | undefined): string {
  if (text !== undefined && /^[0-9a-f]{32}$/.test(text)) return text
  throw new CommandFailure('usage', `\`${text ?? ''}\` is none of the ids of 32 hex digits`)
}
