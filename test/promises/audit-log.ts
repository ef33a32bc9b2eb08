// Intents and outcomes as they stand in a log folder, read without the code that wrote them.
import { readAudit } from '../support/gateway.ts'

type Intent = {
  /** Instance and sequence number. */
  readonly key: string
  readonly instance: string
  /** The argument `/id`, kept in clear. */
  readonly id: number | undefined
}

type Outcome = {
  readonly intent: string
  readonly class: string
  /** Written by the process that wrote the intent. */
  readonly own: boolean
}

export type Calls = {
  readonly intents: readonly Intent[]
  readonly outcomes: ReadonlyMap<string, readonly Outcome[]>
}

type Place = { readonly instance: string; readonly sequence: number }
type Written = Place & {
  readonly kind: string
  readonly arguments?: { readonly kept?: Readonly<Record<string, unknown>> }
  readonly class?: string
  readonly intent?: Place
}

export function callsIn(folder: string): Calls {
  const intents: Intent[] = []
  const outcomes = new Map<string, Outcome[]>()
  for (const record of readAudit(folder) as readonly unknown[] as readonly Written[]) {
    const { instance, kind, intent } = record
    if (kind === 'intent') {
      const id = record.arguments?.kept?.['/id']
      intents.push({ key: keyOf(record), instance, id: typeof id === 'number' ? id : undefined })
    }
    if (kind === 'outcome' && intent !== undefined) {
      const key = keyOf(intent)
      const outcome = { intent: key, class: record.class ?? '', own: intent.instance === instance }
      outcomes.set(key, [...(outcomes.get(key) ?? []), outcome])
    }
  }
  return { intents, outcomes }
}

function keyOf({ instance, sequence }: Place): string {
  return `${instance}:${sequence}`
}
