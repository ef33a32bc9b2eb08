// Contents that the conformance suite expects of tools, prompts and resources (its own descriptions of the scenarios).
/** One red pixel. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=='
/** Silence. */
const WAV = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA='

export const text = (value: string) => ({ type: 'text' as const, text: value })
export const image = { type: 'image' as const, data: PNG, mimeType: 'image/png' }
export const audio = { type: 'audio' as const, data: WAV, mimeType: 'audio/wav' }
export const resource = (uri: string, mimeType: string, value: string) => ({
  type: 'resource' as const,
  resource: { uri, mimeType, text: value },
})
