// The form of a record elsewhere.
import type { JsonObject } from '../../json/value.ts'
import type { Position } from '../position.ts'
import type { Values } from '../search/personal-values.ts'

/** `undefined`: this record has no form there. */
export type Make = (
  record: JsonObject,
  position: Position,
  values: Values,
) => JsonObject | undefined
