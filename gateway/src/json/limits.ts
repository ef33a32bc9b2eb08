// What a document may cost (attacks D-04), and the failures that the strict reader names.

export type JsonLimits = {
  /** Containers inside each other. */
  readonly depth: number
  /** Values in all, containers included. */
  readonly nodes: number
  /** Characters of one number. */
  readonly numberLength: number
  /**
   * Also refuses what two readers take differently: members of one object that differ by case alone
   * (some decoders fold case, `ſ` and the Kelvin sign with it; M-02), and a member `__proto__`.
   */
  readonly unambiguousMembers?: boolean
}

export const DEFAULT_JSON_LIMITS: JsonLimits = { depth: 64, nodes: 50_000, numberLength: 64 }

export type JsonFailure = {
  readonly failure:
    | 'syntax'
    | 'encoding'
    | 'bom'
    | 'surrogate'
    | 'trailing'
    | 'duplicate'
    | 'reserved'
    | 'depth'
    | 'nodes'
    | 'number'
  /** Byte at which it was noticed. */
  readonly offset: number
  /** JSON Pointer (RFC 6901) to the value or member; empty at the root. */
  readonly path: string
}
