// Reviews of access: asks the running gateway, and shows the answer as a table, as JSON or as CSV. Each row names the
// lines that grant it.
import type { Command } from 'commander'
import type { JsonObject } from '@sallyport/gateway/json/value.ts'
import { CommandFailure } from '../exit-codes.ts'
import { readText } from '../commands/call-arguments.ts'
import { objectOf, objectsOf, stringOf } from '../mcp/shape.ts'
import { csv } from '../terminal/csv.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainText } from '../terminal/plain-text.ts'
import { table } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { askGateway } from './admin-socket.ts'
import { defineStateFolder, stateFolder, type StateFolderOptions } from './state-folder.ts'

export type ReviewOptions = StateFolderOptions & {
  readonly people?: string
  readonly csv?: true
  readonly all?: true
}

export function defineReview(command: Command): void {
  command
    .option(
      '--people <file>',
      'also these callers: `people:` as in `*.test.yaml`; `-` is standard input',
    )
    .option('--csv', 'print the rows as CSV')
    .option('--all', 'show what is not allowed, too')
  defineStateFolder(command)
}

type Review = {
  readonly question: JsonObject
  readonly options: ReviewOptions
  readonly terminal: Terminal
  readonly json: boolean
  /** The columns that differ from row to row. */
  readonly columns: 'callers' | 'tools'
}

export async function review({
  question,
  options,
  terminal,
  json,
  columns,
}: Review): Promise<void> {
  const people = options.people === undefined ? [] : await readPeople(options.people, terminal)
  const folder = await stateFolder(options, terminal)
  const answer = await askGateway(folder, 'POST', '/review', { ...question, people })
  const shown = objectsOf(answer['access']).filter(
    (row) => options.all === true || row['allowed'] !== 'never',
  )
  if (json) {
    terminal.out(`${jsonText({ principals: answer['principals'] ?? 0, access: shown })}\n`)
    return
  }
  const rows = shown.map((row) => (columns === 'callers' ? callerRow(row) : toolRow(row)))
  const head =
    columns === 'callers'
      ? ['caller', 'kind', 'client', 'tenant', 'tags', 'allowed', 'granted by', 'limited by']
      : ['tool', 'caller', 'client', 'allowed', 'granted by', 'limited by']
  if (options.csv === true) {
    terminal.out(csv([head, ...rows].map((row) => row.map(plainText))))
    return
  }
  terminal.note(`looked at: ${jsonText(answer['principals'] ?? 0)}\n`)
  terminal.out(rows.length === 0 ? 'nobody and nothing\n' : table([head, ...rows]))
}

async function readPeople(file: string, terminal: Terminal): Promise<readonly JsonObject[]> {
  const { readCases } = await import('@sallyport/gateway/config/policy-cases.ts')
  const { people, findings } = readCases([{ file, text: await readText(file, terminal) }])
  const [first] = findings
  if (first === undefined) return Object.values(people)
  throw new CommandFailure('usage', `${file}:${first.line}:${first.column} ${first.text}`)
}

function callerRow(row: JsonObject): readonly string[] {
  const principal = objectOf(row['principal']) ?? {}
  const tags = Object.entries(objectOf(principal['tags']) ?? {})
  return [
    callerOf(principal),
    word(principal, 'kind'),
    word(principal, 'clientId'),
    word(principal, 'tenant'),
    tags.map(([name, value]) => `${name}=${stringOf(value) ?? ''}`).join(' '),
    ...accessCells(row),
  ]
}

function toolRow(row: JsonObject): readonly string[] {
  const principal = objectOf(row['principal']) ?? {}
  return [word(row, 'tool'), callerOf(principal), word(principal, 'clientId'), ...accessCells(row)]
}

function accessCells(row: JsonObject): readonly string[] {
  const stopped = stringOf(row['stopped'])
  const allowed = word(row, 'allowed')
  const granted = stringOf(row['granted'])
  return [
    stopped === undefined ? allowed : `${allowed}, but ${stopped}`,
    [linesOf(row, 'grants'), ...(granted === undefined ? [] : [`access ${granted}`])]
      .filter((cell) => cell !== '')
      .join(' '),
    linesOf(row, 'limits'),
  ]
}

function linesOf(row: JsonObject, member: string): string {
  return objectsOf(row[member])
    .map((line) => `${word(line, 'id')} (${word(line, 'file')}:${jsonText(line['line'] ?? 0)})`)
    .join(' ')
}

function callerOf(principal: JsonObject): string {
  return stringOf(principal['subject']) ?? word(principal, 'clientId')
}

function word(from: JsonObject, name: string): string {
  return stringOf(from[name]) ?? ''
}
