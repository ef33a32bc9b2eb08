// Encoded text (attacks M-11): runs of base64 or hexadecimal digits that are long, or that say something when they are
// decoded. Digests, ids and keys of usual lengths are left alone.
import { plain } from './plain.ts'
import { wordsFound } from './words.ts'
import type { ScanRule } from './finding.ts'

const BASE64 = /[A-Za-z0-9+/_-]{24,}={0,2}/g
const HEXADECIMAL = /(?:(?:\\x|%|\\u00|0x|&#x)?[0-9a-fA-F]{2}[ ,;]?){24,}/g
/** Longer than a SHA-512 in hexadecimal, and than most keys and signatures that an example would show. */
const LONG = 160
const RUNS = 32

export type Encoded = {
  readonly rule: ScanRule
  readonly from: number
  readonly to: number
  /** What it says. */
  readonly decoded: string | undefined
}

export function encodedRuns(text: string): readonly Encoded[] {
  return [...runs(text, BASE64, base64), ...runs(text, HEXADECIMAL, hexadecimal)]
}

function runs(text: string, pattern: RegExp, decode: (run: string) => string): readonly Encoded[] {
  const found: Encoded[] = []
  for (const { 0: run, index: from } of text.matchAll(pattern)) {
    if (found.length >= RUNS) break
    const to = from + run.length
    const decoded = decode(run.slice(0, 8_192))
    if (isText(decoded) && wordsFound(plain(decoded)).length > 0) {
      found.push({ rule: 'encoded.instruction', from, to, decoded })
    } else if (run.length >= LONG && looksEncoded(run)) {
      found.push({ rule: 'encoded.long', from, to, decoded: isText(decoded) ? decoded : undefined })
    }
  }
  return found
}

function base64(run: string): string {
  return Buffer.from(
    run,
    run.includes('-') || run.includes('_') ? 'base64url' : 'base64',
  ).toString()
}

function hexadecimal(run: string): string {
  const digits = run.replaceAll(/\\x|%|\\u00|0x|&#x|[ ,;]/g, '')
  return Buffer.from(digits, 'hex').toString()
}

function isText(decoded: string): boolean {
  // oxlint-disable-next-line no-control-regex -- to match them is what this is for
  return decoded.length >= 12 && !/[\ufffd\u0000-\u0008\u000e-\u001f]/.test(decoded)
}

/** Letters of both cases and digits all through: not a path, and not a name of many words. */
function looksEncoded(run: string): boolean {
  // No letter but those of hexadecimal digits.
  if (!/[g-zG-Z]/.test(run)) return true
  let windows = 0
  let mixed = 0
  for (let at = 0; at + WINDOW <= run.length && windows < WINDOWS; at += WINDOW) {
    const part = run.slice(at, at + WINDOW)
    windows += 1
    if (/[a-z]/.test(part) && /[A-Z]/.test(part) && /[0-9]/.test(part)) mixed += 1
  }
  return mixed >= windows * 0.75
}

const WINDOW = 40
const WINDOWS = 100
