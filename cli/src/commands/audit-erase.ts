// `sallyport audit erase`: takes a person out of the audit log, for good. An order to the running gateway by somebody with
// the role `admin`; it is recorded that it was given, and not about whom.
import type { Command } from '../command.ts'
import { CommandFailure, exitCode } from '../exit-codes.ts'
import { defineOperator, orderAsOperator } from '../gateway/operator-token.ts'
import type { OperatorOptions } from '../gateway/operator-token.ts'
import { stringOf } from '../mcp/shape.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainLine } from '../terminal/plain-text.ts'

type EraseOptions = OperatorOptions & {
  readonly person: string
  readonly issuer?: string
  readonly reason: string
  readonly yes?: boolean
}

export const auditErase: Command<EraseOptions> = {
  examples: [
    'sallyport audit erase --person bob --reason "request of 1 April"',
    'sallyport audit erase --person bob --issuer https://login.acme.example --reason 17/2026 --yes',
  ],
  define: (command) => {
    command
      .requiredOption('--person <subject>', 'whose values and salts are removed')
      .option(
        '--issuer <url>',
        'the issuer, where the gateway trusts several; any that records name',
      )
      .requiredOption('--reason <words>', 'for the record; do not name the person')
      .option('-y, --yes', 'do not ask')
    defineOperator(command)
  },
  run: async ({ options, terminal, json, input }) => {
    const { person, issuer, reason } = options
    if (options.yes !== true) {
      const question = `Erase \`${person}\` from the audit log? This cannot be undone. [y/N] `
      const answer = input ? await terminal.ask(question) : undefined
      if (answer === undefined) {
        throw new CommandFailure('usage', 'nobody is there to be asked', { fix: 'add --yes' })
      }
      if (!/^y(es)?$/i.test(answer.trim())) {
        terminal.note('Nobody was erased.\n')
        return exitCode('ok')
      }
    }
    const order = { person, reason, ...(issuer === undefined ? {} : { issuer }) }
    const report = await orderAsOperator(options, terminal, '/audit/erase', order)
    const inUse = Array.isArray(report['inUse']) ? report['inUse'] : []
    if (json) {
      terminal.out(`${jsonText(report)}\n`)
    } else {
      const logs = Array.isArray(report['logs']) ? report['logs'].length : 0
      const lines = jsonText(report['lines'] ?? 0)
      terminal.note(
        `Erased: ${lines} lines left the side files of ${logs} ${logs === 1 ? 'log' : 'logs'}.\n`,
      )
    }
    const others = Array.isArray(report['others']) ? report['others'] : []
    if (others.length > 0 && !json) {
      terminal.note(
        `Still there, of the same name: somebody of ${plainLine(others.map((one) => stringOf(one)).join(', '))}.\n`,
      )
    }
    if (inUse.length === 0) return exitCode('ok')
    throw new CommandFailure('tryLater', `${inUse.length} logs are in use by another process`, {
      fix: 'give the order again when that process has ended',
    })
  },
}
