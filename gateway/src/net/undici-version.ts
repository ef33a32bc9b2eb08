// INVARIANT: the guard of net/ hangs on how undici 8 opens sockets (policy-audit §5.1). With another major
// the hooks may be silently ignored, so nothing that relies on them loads.
import undiciPackage from 'undici/package.json' with { type: 'json' }

const KNOWN_MAJOR = '8'

export function assertKnownUndici(version: string = undiciPackage.version): void {
  if (version.split('.')[0] !== KNOWN_MAJOR) {
    throw new Error(
      `undici ${version} is not known to keep the address guard, expected ${KNOWN_MAJOR}.x`,
    )
  }
}
