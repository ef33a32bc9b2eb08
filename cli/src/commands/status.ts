// `sallyport status`: whether the running gateway is ready, and how its parts and targets are. Ends with 75 where it is
// not ready.
import type { JsonObject } from '@sallyport/gateway/json/value.ts'
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { askGateway } from '../gateway/admin-socket.ts'
import { contextRows, longNames } from '../gateway/show-context.ts'
import { defineStateFolder, stateFolder } from '../gateway/state-folder.ts'
import type { StateFolderOptions } from '../gateway/state-folder.ts'
import { objectOf, objectsOf, stringOf } from '../mcp/shape.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { table } from '../terminal/table.ts'

export const status: Command<StateFolderOptions> = {
  examples: ['sallyport status', 'sallyport status --json'],
  define: defineStateFolder,
  run: async ({ options, terminal, json }) => {
    const answer = await askGateway(await stateFolder(options, terminal), 'GET', '/status')
    const ready = answer['ready'] === true
    if (json) terminal.out(`${jsonText(answer)}\n`)
    else {
      terminal.out(`${stringOf(answer['publicUrl']) ?? ''} is ${ready ? 'ready' : 'not ready'}\n\n`)
      terminal.out(table([['PART', 'STATE', 'WHY'], ...checksOf(answer)]))
      const targets = targetsOf(answer)
      const head = ['TARGET', 'STATE', 'SPEAKS', 'BREAKER', 'CALLS', 'WAITING', 'WHY']
      if (targets.length > 0) terminal.out(`\n${table([head, ...targets])}`)
      const costs = contextRows(answer)
      const columns = ['LISTS OF', 'TOOLS', 'BYTES', 'TOKENS (ESTIMATE)']
      if (costs.length > 0) terminal.out(`\n${table([columns, ...costs])}`)
      for (const sentence of longNames(answer)) terminal.note(`${sentence}\n`)
    }
    return exitCode(ready ? 'ok' : 'tryLater')
  },
}

function checksOf(answer: JsonObject): string[][] {
  return objectsOf(answer['checks']).map((check) =>
    ['name', 'state', 'reason'].map((member) => stringOf(check[member]) ?? ''),
  )
}

function targetsOf(answer: JsonObject): string[][] {
  const gates = objectOf(answer['gates']) ?? {}
  return Object.entries(objectOf(answer['targets']) ?? {}).map(([id, health]) => {
    const { state, reason, speaks } = objectOf(health) ?? {}
    const { breaker, inside, waiting } = objectOf(gates[id]) ?? {}
    return [
      id,
      stringOf(state) ?? '',
      spokenText(objectOf(speaks)),
      // One that was never called has no gate yet.
      stringOf(breaker) ?? 'closed',
      numberText(inside),
      numberText(waiting),
      stringOf(reason) ?? '',
    ]
  })
}

/** Of a target that was never described nobody knows it. */
function spokenText(speaks: JsonObject | undefined): string {
  const revision = stringOf(speaks?.['revision']) ?? ''
  return speaks?.['transport'] === 'sse' ? `${revision} over HTTP+SSE` : revision
}

function numberText(value: unknown): string {
  return typeof value === 'object' && value !== null && 'rawJSON' in value
    ? String(value.rawJSON)
    : '0'
}
