// What an error of fetch is about: its own message is `fetch failed`, and the one of the socket lies beneath.

export function deepestMessage(error: Error): string {
  let deepest = error
  while (deepest.cause instanceof Error) deepest = deepest.cause
  return deepest.message
}
