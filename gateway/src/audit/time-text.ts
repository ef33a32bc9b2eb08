// Wall time as ISO 8601 in UTC. Many records share a millisecond, so the last text is kept.

export function createTimeText(): (wallMs: number) => string {
  let lastMs = Number.NaN
  let text = ''
  return (wallMs) => {
    const ms = Math.floor(wallMs)
    if (ms !== lastMs) {
      lastMs = ms
      text = new Date(ms).toISOString()
    }
    return text
  }
}
