// What differs between two definitions of a tool, place by place, for a person to read (policy-audit §1.6). Texts and
// lists are whole values: what a model is given is shown as it is, not as an edit.
import { canonicalJson } from '../json/canonical.ts'
import { pointerTo } from '../json/pointer.ts'
import { isJsonObject } from '../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'

export type DefinitionChange = {
  /** JSON Pointer into the definition. */
  readonly place: string
  /** `undefined`: it was not there. */
  readonly before: JsonValue | undefined
  readonly after: JsonValue | undefined
}

/** `before` undefined: everything is new. */
export function definitionDiff(
  before: JsonObject | undefined,
  after: JsonObject,
): readonly DefinitionChange[] {
  const changes: DefinitionChange[] = []
  compare(before ?? {}, after, [], changes)
  return changes
}

function compare(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  path: readonly string[],
  changes: DefinitionChange[],
): void {
  if (isJsonObject(before) && isJsonObject(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare(own(before, name), own(after, name), [...path, name], changes)
    }
  } else if (!isSame(before, after)) {
    changes.push({ place: pointerTo(path), before, after })
  }
}

function own(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

function isSame(before: JsonValue | undefined, after: JsonValue | undefined): boolean {
  if (before === undefined || after === undefined) return before === after
  return before === after || textOf(before) === textOf(after)
}

function textOf(value: JsonValue): string {
  try {
    return canonicalJson(value)
  } catch {
    return JSON.stringify(value)
  }
}
