// docs/errors.md: every refusal, every fault and every configuration problem, from the tables of the code. Each
// code is an anchor of its own, so that an answer can link to it.
import { FAULTS, REFUSALS } from '../gateway/src/answers.ts'
import type { Answer } from '../gateway/src/answers.ts'
import { CONFIG_PROBLEMS } from '../gateway/src/config/problem.ts'

const HEAD = `# Errors

Every answer that is not a result has one stable code, the same in the answer, the log and the audit log, and a
request id. \`sallyport why <request id>\` tells the operator what the caller is not told. Generated from the code by
\`npm run docs\`; do not edit.

| shape | what it is on the wire |
| --- | --- |
| \`http\` | a JSON body \`{error, error_description, …}\`: nothing of JSON-RPC was understood yet |
| \`challenge\` | the same with \`WWW-Authenticate\` (RFC 6750 §3, RFC 9728 §5.1) |
| \`rpc\` | a JSON-RPC error |
| \`tool\` | a result with \`isError\`, which the model reads |
`

const STAGES: Readonly<Record<string, string>> = {
  in: 'The request itself',
  identify: 'Who is behind it',
  authorize: 'May they',
  call: 'The target',
}

export function errorsPage(): string {
  const stages = Object.entries(STAGES).map(([stage, title]) =>
    section(
      title,
      Object.entries(REFUSALS).filter(([code]) => code.startsWith(`${stage}.`)),
    ),
  )
  const rest = Object.keys(REFUSALS).filter(
    (code) => STAGES[code.split('.')[0] ?? ''] === undefined,
  )
  if (rest.length > 0) throw new Error(`no section for ${rest.join(', ')}`)
  return [
    HEAD,
    ...stages,
    section('What of the gateway itself fails', Object.entries(FAULTS)),
    configuration(),
  ].join('\n')
}

function section(title: string, rows: readonly (readonly [string, Answer])[]): string {
  const head =
    '| code | shape | HTTP | error | for | what | fix |\n| --- | --- | --- | --- | --- | --- | --- |'
  const lines = rows.map(([code, answer]) => {
    const { shape, status, audience, what, fix } = answer
    return row([anchor(code), `\`${shape}\``, String(status), errorOf(answer), audience, what, fix])
  })
  return `## ${title}\n\n${head}\n${lines.join('\n')}\n`
}

function configuration(): string {
  const lines = Object.entries(CONFIG_PROBLEMS).map(([code, { what, fix }]) =>
    row([anchor(code), what, fix]),
  )
  return `## The configuration

\`sallyport config check\` names each problem with line, column, the value seen and the value expected; \`serve\` ends
with exit code 78.

| code | what | fix |
| --- | --- | --- |
${lines.join('\n')}
`
}

/** The JSON-RPC number or the OAuth code, where the shape has one. */
function errorOf({ rpc, oauth }: Answer): string {
  if (rpc !== undefined) return String(rpc)
  return oauth === undefined || oauth === null ? '–' : `\`${oauth}\``
}

function anchor(code: string): string {
  return `<a id="${code}"></a>\`${code}\``
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`
}
