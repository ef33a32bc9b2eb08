// How the demonstration talks: progress while it goes on, a short table at the end.
import { styleText } from 'node:util'

type Step = {
  readonly what: string
  readonly expected: string
  readonly seen: string
  readonly agrees: boolean
}

export type Story = {
  /** Something that takes a while; its failure ends the story. */
  readonly prepare: <Value>(what: string, make: () => Promise<Value>) => Promise<Value>
  readonly chapter: (title: string) => void
  readonly expect: (what: string, expected: string, seen: string, agrees: boolean) => void
  readonly broken: (error: unknown) => void
  /** Prints the table; returns the exit code. */
  readonly end: () => number
}

export function createStory(): Story {
  const steps: Step[] = []
  const started = performance.now()
  const say = (text: string) => process.stdout.write(`${text}\n`)
  const mark = (agrees: boolean) => (agrees ? styleText('green', '✓') : styleText('red', '✗'))
  const add = (step: Step) => {
    steps.push(step)
    say(`  ${mark(step.agrees)} ${step.what}: ${step.seen}`)
    if (!step.agrees) say(`    expected: ${step.expected}`)
  }
  return {
    async prepare(what, make) {
      process.stdout.write(`${what} …`)
      const value = await make()
      say(` ${((performance.now() - started) / 1000).toFixed(1)} s`)
      return value
    },
    chapter: (title) => say(`\n${styleText('bold', title)}`),
    expect: (what, expected, seen, agrees) => add({ what, expected, seen, agrees }),
    broken: (error) =>
      add({
        what: 'the story goes on',
        expected: 'no failure',
        seen: error instanceof Error ? error.message : String(error),
        agrees: false,
      }),
    end() {
      const failed = steps.filter(({ agrees }) => !agrees)
      const width = Math.max(...steps.map(({ what }) => what.length))
      say(`\n${styleText('bold', 'In short')}`)
      for (const { what, seen, agrees } of steps)
        say(`  ${mark(agrees)} ${what.padEnd(width)}  ${shorten(seen)}`)
      const seconds = ((performance.now() - started) / 1000).toFixed(0)
      say(`\n${steps.length - failed.length} passed, ${failed.length} failed`)
      say(`(${seconds} s)`)
      return failed.length === 0 && steps.length > 0 ? 0 : 1
    },
  }
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
