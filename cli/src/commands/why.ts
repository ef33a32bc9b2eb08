// `sallyport why <request id>`: the path of one past request out of the audit log, stage by stage.
import type { Command } from '../command.ts'
import { CommandFailure, exitCode } from '../exit-codes.ts'
import { askGateway } from '../gateway/admin-socket.ts'
import { showRecord } from '../gateway/show-record.ts'
import { whySentence } from '../gateway/why-sentence.ts'
import { defineStateFolder, stateFolder } from '../gateway/state-folder.ts'
import type { StateFolderOptions } from '../gateway/state-folder.ts'
import { objectsOf } from '../mcp/shape.ts'
import { jsonText } from '../terminal/exact-json.ts'

export const why: Command<StateFolderOptions> = {
  examples: ['sallyport why 4f1c9a2e8b7d4c6f9e0a1b2c3d4e5f60'],
  define: (command) => {
    command.argument('<request-id>', 'the id that every answer carries')
    defineStateFolder(command)
  },
  run: async ({ args, options, terminal, json }) => {
    const id = args[0] ?? ''
    if (!/^[\w-]{1,128}$/.test(id)) throw new CommandFailure('usage', `\`${id}\` is no request id`)
    const answer = await askGateway(await stateFolder(options, terminal), 'GET', `/why/${id}`)
    const records = objectsOf(answer['records'])
    if (records.length === 0) {
      throw new CommandFailure('noInput', `nothing is known of request \`${id}\``, {
        fix: 'check the id, and that this is the gateway that answered',
      })
    }
    if (json) terminal.out(`${jsonText(answer)}\n`)
    else {
      const sentence = whySentence(records)
      if (sentence !== '') terminal.out(`${sentence}\n`)
      terminal.out(records.map((record) => showRecord(record, terminal)).join(''))
    }
    return exitCode('ok')
  },
}
