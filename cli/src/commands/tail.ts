// `sallyport tail`: decisions as they are recorded, until interrupted. With --json each record as one line.
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { linesOfGateway } from '../gateway/admin-socket.ts'
import { lineOfRecord } from '../gateway/show-record.ts'
import { defineStateFolder, stateFolder } from '../gateway/state-folder.ts'
import type { StateFolderOptions } from '../gateway/state-folder.ts'
import { objectOf } from '../mcp/shape.ts'
import { jsonText, parseExact } from '../terminal/exact-json.ts'

export const tail: Command<StateFolderOptions> = {
  examples: ['sallyport tail', 'sallyport tail --json'],
  define: (command) => {
    defineStateFolder(command)
  },
  run: async ({ options, terminal, json }) => {
    const folder = await stateFolder(options, terminal)
    for await (const line of linesOfGateway(folder, '/tail', terminal.interrupted)) {
      const record = objectOf(parseExact(line))
      if (record === undefined) continue
      terminal.out(json ? `${jsonText(record)}\n` : `${lineOfRecord(record, terminal)}\n`)
    }
    return exitCode('ok')
  },
}
