// Mutants one by one, by number: the short form meets the same ones in every run, so that CI depends on the commit alone;
// in full each run meets others, unless SEED says which.
import { randomInt } from 'node:crypto'
import * as fc from 'fast-check'

export type Draw = (mutants: fc.Arbitrary<string>, at: number) => string

export function drawing(short: boolean): { readonly seed: number; readonly draw: Draw } {
  const seed = Number(process.env['SEED'] ?? (short ? 1 : randomInt(2 ** 30)))
  return {
    seed,
    draw: (mutants, at) => fc.sample(mutants, { numRuns: 1, seed: seed + at })[0] ?? '',
  }
}
