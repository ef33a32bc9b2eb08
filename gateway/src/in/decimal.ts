// Equality of decimal numbers as texts: 42, 42.0 and 4.2e1 are the same, and no digit is lost on the way.

const DECIMAL = /^(-?)(\d{1,64})(?:\.(\d{1,64}))?(?:[eE]([+-]?\d{1,5}))?$/

export function isSameDecimal(one: string, other: string): boolean {
  const normal = normalise(one)
  return normal !== undefined && normal === normalise(other)
}

/** Sign, digits without zeros at either end, and the power of ten. */
function normalise(text: string): string | undefined {
  const match = DECIMAL.exec(text)
  if (match === null) return undefined
  const [, sign = '', integer = '', fraction = '', exponent = '0'] = match
  const digits = `${integer}${fraction}`.replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return '0'
  const power = Number(exponent) - fraction.length + digits.length - significant.length
  return `${sign}${significant}e${power}`
}
