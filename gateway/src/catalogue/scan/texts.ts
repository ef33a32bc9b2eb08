// Every text of a definition with its place: values and names of members, whatever member they stand in, because models
// are given all of it. Embedded images are left out: they are no text.
import { isJsonObject } from '../../json/raw-number.ts'
import { pointerTo } from '../../json/pointer.ts'
import type { JsonObject, JsonValue } from '../../json/value.ts'

export type Text = {
  readonly place: string
  readonly text: string
  /** It is the name of an argument or of another member. */
  readonly isName: boolean
}

const IMAGE = /^data:image\/[a-z0-9.+-]{1,32};base64,[A-Za-z0-9+/=]*$/

export function textsOf(definition: JsonObject): readonly Text[] {
  const texts: Text[] = []
  collect(definition, [], texts)
  return texts
}

function collect(value: JsonValue, path: readonly (string | number)[], texts: Text[]): void {
  if (typeof value === 'string') {
    if (!IMAGE.test(value)) texts.push({ place: pointerTo(path), text: value, isName: false })
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) collect(item, [...path, index], texts)
  } else if (isJsonObject(value)) {
    for (const [name, member] of Object.entries(value)) {
      const at = [...path, name]
      texts.push({ place: pointerTo(at), text: name, isName: true })
      collect(member, at, texts)
    }
  }
}
