// The input of a tool as policies see it: one resolved tree per tool, from which both the converter
// (convert.ts) and the request schema (request-schema.ts) are made, so that the two cannot disagree
// (policy-audit §1.1 rule 5). bind-input.ts makes it from what the generator generated.

export type InputType =
  | ScalarType
  | { readonly kind: 'enum'; readonly entity: string; readonly values: ReadonlySet<string> }
  /** `null`: the one entity `Null::"null"`. */
  | { readonly kind: 'null' }
  /** A schema without a type: opaque, only its presence can be read. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'set'; readonly element: InputType }
  | RecordType
  /** A fixed-length array: a record of `proj0`, `proj1`, … */
  | { readonly kind: 'tuple'; readonly items: readonly InputType[] }
  /** A record of optional `typeChoice0`, `typeChoice1`, … of which the first that fits is present. */
  | { readonly kind: 'union'; readonly choices: readonly InputType[] }
  | EntityType

export type ScalarType = {
  readonly kind:
    | 'string'
    | 'boolean'
    | 'long'
    /** A JSON number as a decimal of four places. */
    | 'decimal'
    /** A JSON string of format `decimal`. */
    | 'decimal-text'
    | 'datetime'
    | 'duration'
    | 'ipaddr'
}

export type Attribute = { readonly type: InputType; readonly required: boolean }
export type Attributes = ReadonlyMap<string, Attribute>

export type RecordType = { readonly kind: 'record'; readonly attributes: Attributes }

/** An object with `additionalProperties` of one type: an entity whose tags are the additional members. */
export type EntityType = {
  readonly kind: 'entity'
  readonly entity: string
  readonly attributes: Attributes
  readonly tags: InputType
}
