// What is open during a scan: which containers, and which member names each object has had so far, so that
// a second member of the same name is refused (RFC 8259 §4 only says SHOULD; readers differ: M-02).
// Names are compared after unescaping. A few plain names are compared byte by byte, more of them, or
// escaped ones, in a Set: no attacker-chosen cost (D-05).
import { foldCase } from './fold-case.ts'
import type { JsonLimits } from './limits.ts'
import { pointerTo } from './pointer.ts'

/** Names of one object that are compared one by one. */
const FEW = 8

export class Members {
  depth = 0
  /** Why `add` refused. */
  refused: 'duplicate' | 'reserved' | undefined
  #bytes: Buffer = Buffer.alloc(0)
  #unambiguous = false
  /** Per open container: how many members or elements came before, −1 − n for an array's. */
  #counts = new Int32Array(0)
  /** Per open container: the current name. */
  #starts = new Int32Array(0)
  #ends = new Int32Array(0)
  /** Per open container: the first names, FEW pairs of start and end. */
  #names = new Int32Array(0)
  #sets: (Set<string> | undefined)[] = []

  begin(bytes: Buffer, limits: JsonLimits): void {
    this.#bytes = bytes
    this.#unambiguous = limits.unambiguousMembers === true
    if (this.#counts.length < limits.depth) {
      this.#counts = new Int32Array(limits.depth)
      this.#starts = new Int32Array(limits.depth)
      this.#ends = new Int32Array(limits.depth)
      this.#names = new Int32Array(limits.depth * FEW * 2)
    }
    this.depth = 0
    this.refused = undefined
    if (this.#sets.length > 0) this.#sets = []
  }

  openObject(): void {
    this.#counts[this.depth] = 0
    this.#starts[this.depth] = -1
    if (this.#sets.length > this.depth) this.#sets[this.depth] = undefined
    this.depth += 1
  }

  openArray(): void {
    this.#counts[this.depth] = -1
    this.depth += 1
  }

  inObject(): boolean {
    return (this.#counts[this.depth - 1] as number) >= 0
  }

  nextElement(): void {
    this.#counts[this.depth - 1] = (this.#counts[this.depth - 1] as number) - 1
  }

  close(): void {
    this.depth -= 1
  }

  /** Notes the name between two quotes; false where the object has it already, or may not have it. */
  add(start: number, end: number): boolean {
    const open = this.depth - 1
    const count = this.#counts[open] as number
    this.#counts[open] = count + 1
    this.#starts[open] = start
    this.#ends[open] = end
    if (this.#sets[open] !== undefined || count === FEW || !this.#isPlain(start, end)) {
      return this.#addToSet(open, count, this.#name(start, end))
    }
    if (this.#unambiguous && this.#isReserved(start, end)) return this.#refuse('reserved')
    const first = open * FEW * 2
    for (let at = first; at < first + count * 2; at += 2) {
      if (this.#equals(this.#names[at] as number, this.#names[at + 1] as number, start, end)) {
        return this.#refuse('duplicate')
      }
    }
    this.#names[first + count * 2] = start
    this.#names[first + count * 2 + 1] = end
    return true
  }

  /** JSON Pointer to where the scan is. */
  path(): string {
    const steps: (string | number)[] = []
    for (let open = 0; open < this.depth; open += 1) {
      const count = this.#counts[open] as number
      if (count < 0) steps.push(-1 - count)
      else if (this.#starts[open] !== -1) {
        steps.push(this.#name(this.#starts[open] as number, this.#ends[open] as number))
      }
    }
    return pointerTo(steps)
  }

  #addToSet(open: number, count: number, name: string): boolean {
    let names = this.#sets[open]
    if (names === undefined) {
      names = new Set()
      const first = open * FEW * 2
      for (let at = first; at < first + count * 2; at += 2) {
        names.add(this.#key(this.#name(this.#names[at] as number, this.#names[at + 1] as number)))
      }
      while (this.#sets.length < open) this.#sets.push(undefined)
      this.#sets[open] = names
    }
    if (this.#unambiguous && name === '__proto__') return this.#refuse('reserved')
    const size = names.size
    names.add(this.#key(name))
    return names.size > size || this.#refuse('duplicate')
  }

  #refuse(reason: 'duplicate' | 'reserved'): false {
    this.refused = reason
    return false
  }

  /** ASCII without escapes: its bytes are its name. */
  #isPlain(start: number, end: number): boolean {
    for (let at = start; at < end; at += 1) {
      const byte = this.#bytes[at] as number
      if (byte === 0x5c || byte >= 0x80) return false
    }
    return true
  }

  #isReserved(start: number, end: number): boolean {
    return (
      end - start === 9 && this.#bytes[start] === 0x5f && this.#name(start, end) === '__proto__'
    )
  }

  #equals(start: number, end: number, otherStart: number, otherEnd: number): boolean {
    if (end - start !== otherEnd - otherStart) return false
    for (let offset = 0; offset < end - start; offset += 1) {
      const byte = this.#bytes[start + offset] as number
      const other = this.#bytes[otherStart + offset] as number
      if (byte === other) continue
      const letter = byte | 0x20
      if (!this.#unambiguous || letter !== (other | 0x20) || letter < 0x61 || letter > 0x7a) {
        return false
      }
    }
    return true
  }

  #name(start: number, end: number): string {
    // A name that got here has passed the string scan; only a control character can still be wrong in it.
    const text = this.#bytes.toString('utf8', start, end)
    if (!text.includes('\\')) return text
    try {
      return JSON.parse(`"${text}"`) as string
    } catch {
      return text
    }
  }

  #key(name: string): string {
    return this.#unambiguous ? foldCase(name) : name
  }
}
