// RSA keys that are not keys (attacks J-14): too short, too long to be checked cheaply, an exponent that
// makes signatures forgeable, or made by the generator of CVE-2017-15361 (ROCA), whose moduli are, modulo
// every small prime, powers of 65537.
const MIN_BITS = 2048
const MAX_BITS = 8192
const MAX_EXPONENT = 2n ** 32n

// prettier-ignore
const SMALL_PRIMES = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103,
  107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
]

/** Why this key must not be used, or `undefined`. */
export function rsaWeakness(modulus: bigint, exponent: bigint): string | undefined {
  const bits = modulus.toString(2).length
  if (bits < MIN_BITS) return `RSA of ${bits} bits is shorter than ${MIN_BITS}`
  if (bits > MAX_BITS) return `RSA of ${bits} bits is longer than ${MAX_BITS}`
  if (exponent < 3n || exponent % 2n === 0n || exponent >= MAX_EXPONENT) {
    return 'the RSA exponent is not an odd number of 3 and more, below 2^32'
  }
  if (SMALL_PRIMES.every((prime) => isPowerOf65537(Number(modulus % BigInt(prime)), prime))) {
    return 'the RSA modulus has the fingerprint of CVE-2017-15361'
  }
  return undefined
}

function isPowerOf65537(residue: number, prime: number): boolean {
  const base = 65_537 % prime
  let power = 1
  do {
    if (power === residue) return true
    power = (power * base) % prime
  } while (power !== 1)
  return false
}
