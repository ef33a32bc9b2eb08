// JSON whose numbers stay the text that they were: read with their source, written as that source. A target that
// echoes 9007199254740993 must not turn it into …992 itself.

type RawNumber = { readonly rawJSON: string }
type Reviver = (name: string, value: unknown, context: { readonly source?: string }) => unknown
const json = JSON as unknown as {
  readonly rawJSON: (text: string) => RawNumber
  readonly parse: (text: string, reviver: Reviver) => unknown
}

/** JSON.parse with every number as raw text; `JSON.stringify` writes the same text again. */
export function parseExact(text: string): unknown {
  return json.parse(text, (_name, value, { source }) =>
    typeof value === 'number' && source !== undefined ? json.rawJSON(source) : value,
  )
}

/** A number by its text, however long or large. */
export function exactNumber(text: string): RawNumber {
  return json.rawJSON(text)
}
