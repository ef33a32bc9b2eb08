// How a string travels in a mirrored header (SEP-2243): as it is, or as base64 of its UTF-8.

/** MUST (SEP-2243): what is no plain field value is wrapped, and what looks wrapped already, too. */
export function headerValue(value: string): string {
  const plain = /^[\u0021-\u007e](?:[\t\u0020-\u007e]*[\u0021-\u007e])?$/.test(value)
  if (plain && !(value.startsWith('=?base64?') && value.endsWith('?='))) return value
  return `=?base64?${Buffer.from(value, 'utf8').toString('base64')}?=`
}
