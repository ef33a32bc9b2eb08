// `sallyport policy what-can <person>`: the tools that a person or a machine may use, and the line that grants each.
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { defineReview, review, type ReviewOptions } from '../gateway/access-rows.ts'

export const policyWhatCan: Command<ReviewOptions> = {
  examples: [
    'sallyport policy what-can alice',
    'sallyport policy what-can ida --people people.yaml --all',
  ],
  define: (command) => {
    command.argument('<person>', 'subject of a person, or client id of a machine')
    defineReview(command)
  },
  run: async ({ args, options, terminal, json }) => {
    const question = { who: args[0] ?? '' }
    await review({ question, options, terminal, json, columns: 'tools' })
    return exitCode('ok')
  },
}
