// What the tests ask of a client that nobody here wrote: from the bare URL to results, by its own OAuth code, and to tell
// what its user gets to see.
import type { Desk } from './desk.ts'

export type Call = { readonly tool: string; readonly args: Readonly<Record<string, unknown>> }

/** The structured result, or the words of a refusal. */
export type Shown = { readonly value: unknown } | { readonly refused: string }

export type ForeignClient = {
  readonly name: string
  /** Signs in whoever sits at the desk, and makes the calls one after another. */
  readonly visit: (url: string, desk: Desk, calls: readonly Call[]) => Promise<readonly Shown[]>
}

type ToolResult = {
  readonly isError?: boolean | undefined
  readonly structuredContent?: unknown
  readonly content?: unknown
}

export function shownOf({ isError, structuredContent, content }: ToolResult): Shown {
  if (isError !== true) return { value: structuredContent }
  const texts = (content as readonly { readonly text?: string }[]).map(({ text }) => text)
  return { refused: texts.join('\n') }
}

export function shownOfError(error: unknown): Shown {
  return { refused: error instanceof Error ? error.message : String(error) }
}
