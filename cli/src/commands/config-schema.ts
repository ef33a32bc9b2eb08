// `sallyport config schema`: the JSON Schema of the configuration, for editors.
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { jsonText } from '../terminal/exact-json.ts'

export const configSchema: Command<object> = {
  examples: ['sallyport config schema > sallyport.schema.json'],
  define: () => undefined,
  run: async ({ terminal, json }) => {
    const { configJsonSchema } = await import('@sallyport/gateway/config/schema-node.ts')
    terminal.out(`${jsonText(configJsonSchema(), json ? undefined : 2)}\n`)
    return exitCode('ok')
  },
}
