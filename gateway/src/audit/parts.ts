// Which part of a frame and which of its numbers is what. Request thread and writer agree here.

export const INTENT = {
  who: 0,
  tool: 1,
  kept: 2,
  decision: 3,
  credential: 4,
  requestId: 5,
  traceId: 6,
  address: 7,
  args: 8,
} as const

export const OUTCOME = { class: 0, requestId: 1, targetRequestId: 2, reason: 3, result: 4 } as const

export const RECORD = {
  kind: 0,
  requestId: 1,
  traceId: 2,
  who: 3,
  address: 4,
  about: 5,
  body: 6,
  args: 7,
  kept: 8,
} as const

export const NUMBER = {
  wallMs: 0,
  monotonicMs: 1,
  intent: 2,
  durationMs: 3,
  status: 4,
  resultBytes: 5,
} as const
