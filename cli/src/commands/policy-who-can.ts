// `sallyport policy who-can <tool>`: the callers that may use a tool, and the line that grants it to each.
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { defineReview, review, type ReviewOptions } from '../gateway/access-rows.ts'

export const policyWhoCan: Command<ReviewOptions> = {
  examples: [
    'sallyport policy who-can market___set_price_alert',
    'sallyport policy who-can market___get_load --people people.yaml --csv > review.csv',
  ],
  define: (command) => {
    command.argument('<tool>', 'qualified name of the tool, <target>___<tool>')
    defineReview(command)
  },
  run: async ({ args, options, terminal, json }) => {
    const question = { tool: args[0] ?? '' }
    await review({ question, options, terminal, json, columns: 'callers' })
    return exitCode('ok')
  },
}
