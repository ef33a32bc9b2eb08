// JSON with comments and commas before a closing bracket, as editors write it → JSON of the same length, so that places in
// it stay true. Strings are left alone.

const TOKEN = /"(?:[^"\\]|\\.)*"|\/\/[^\n\r]*|\/\*[\s\S]*?\*\/|,(?=\s*[\]}])/g

export function withoutComments(text: string): string {
  const blank = text.replace(TOKEN, (token) =>
    token.startsWith('/') ? token.replace(/[^\n\r]/g, ' ') : token,
  )
  // A comma may have had a comment between it and the bracket.
  return blank.replace(TOKEN, (token) => (token === ',' ? ' ' : token))
}
