// JSON Pointer (RFC 6901 §3), written.

/** The pointer that names the given members and indices from the root on. */
export function pointerTo(steps: Iterable<string | number>): string {
  let pointer = ''
  for (const step of steps)
    pointer += `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`
  return pointer
}
