// `sallyport disabled`: what is switched off, since when and why.
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { askGateway } from '../gateway/admin-socket.ts'
import { defineStateFolder, stateFolder } from '../gateway/state-folder.ts'
import type { StateFolderOptions } from '../gateway/state-folder.ts'
import { objectsOf, stringOf } from '../mcp/shape.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { table } from '../terminal/table.ts'

export const disabled: Command<StateFolderOptions> = {
  examples: ['sallyport disabled', 'sallyport disabled --json'],
  define: defineStateFolder,
  run: async ({ options, terminal, json }) => {
    const answer = await askGateway(await stateFolder(options, terminal), 'GET', '/disabled')
    const rows = objectsOf(answer['disabled']).map((row) =>
      ['since', 'what', 'name', 'issuer', 'reason'].map((member) => stringOf(row[member]) ?? ''),
    )
    if (json) terminal.out(`${jsonText(answer)}\n`)
    else if (rows.length === 0) terminal.note('Nothing is disabled.\n')
    else terminal.out(table([['SINCE', 'WHAT', 'NAME', 'ISSUER', 'REASON'], ...rows]))
    return exitCode('ok')
  },
}
