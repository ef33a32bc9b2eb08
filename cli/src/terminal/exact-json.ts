// JSON in and out of the command. Numbers keep their text (9007199254740993, 1.10, 1e400), and what a
// terminal would act on is written as \u escapes, so that `--json` changes no value and moves no cursor.
import { parseKeepingNumbers } from '@sallyport/gateway/json/raw-number.ts'
import type { JsonValue } from '@sallyport/gateway/json/value.ts'

/** `undefined` where the text is no JSON. */
export function parseExact(text: string): JsonValue | undefined {
  try {
    return parseKeepingNumbers(text) as JsonValue
  } catch {
    return undefined
  }
}

const ACTED_ON = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g

/** One JSON text; `indent` for people, none for lines. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(
    ACTED_ON,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
