// Values of options that several commands parse in the same way.
import { InvalidArgumentError } from 'commander'

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
