// Reads Stryker's JSON (the mutation testing report schema) and writes what docs/reports/mutation.md says of it.

/** What was changed and stayed green. */
type Survivor = {
  readonly file: string
  readonly line: number
  readonly from: string
  readonly to: string
}

export type Score = {
  readonly folder: string
  readonly counted: number
  /** By a red test, or by one that did not end. */
  readonly killed: number
  readonly timedOut: number
  readonly percent: number
  /** Not counted: texts of the reference page, and what runs when a module is loaded. */
  readonly texts: number
  readonly loaded: number
  readonly survivors: readonly Survivor[]
}

type Place = { readonly line: number; readonly column: number }
type StrykerReport = {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly source: string
        readonly mutants: readonly {
          readonly status: string
          readonly statusReason?: string
          readonly replacement?: string
          readonly location: { readonly start: Place; readonly end: Place }
        }[]
      }
    >
  >
}

const SHOWN = 70

export function readScore(folder: string, json: string): Score {
  const { files } = JSON.parse(json) as StrykerReport
  const counts = new Map<string, number>()
  const survivors: Survivor[] = []
  for (const [file, { source, mutants }] of Object.entries(files)) {
    for (const { status, statusReason, replacement = '', location } of mutants) {
      const counted = status === 'Ignored' && statusReason?.startsWith('Static') ? 'Static' : status
      counts.set(counted, (counts.get(counted) ?? 0) + 1)
      if (status !== 'Survived' && status !== 'NoCoverage') continue
      const { line } = location.start
      survivors.push({ file, line, from: textAt(source, location), to: replacement })
    }
  }
  const count = (status: string) => counts.get(status) ?? 0
  const timedOut = count('Timeout')
  const killed = count('Killed') + timedOut
  const counted = killed + survivors.length
  return {
    folder,
    counted,
    killed,
    timedOut,
    percent: (100 * killed) / Math.max(counted, 1),
    texts: count('Ignored'),
    loaded: count('Static'),
    survivors,
  }
}

export function mutationReport(
  scores: readonly Score[],
  run: {
    readonly commit: string
    readonly day: string
    readonly stryker: string
    readonly sample: number
  },
): string {
  return [
    '# Mutation score',
    '',
    `Written by \`npm run mutation\` at commit ${run.commit} on ${run.day}, with Stryker ${run.stryker}. Each mutant is one change of one expression; it is killed when a unit test of the same folder turns red or does not end. ${sampleOf(run.sample)} Not counted: texts of the generated reference page (\`.describe(…)\`), changes of what runs when a module is loaded (tables, schemas: \`-- --static\`), changes that do not parse.`,
    '',
    '| folder | score | killed | of them by time | survived | not counted: texts | at load |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...scores.map(
      ({ folder, percent, killed, timedOut, survivors, texts, loaded }) =>
        `| \`gateway/src/${folder}\` | ${percent.toFixed(1)} % | ${killed} | ${timedOut} | ${survivors.length} | ${texts} | ${loaded} |`,
    ),
    ...scores.flatMap(({ folder, survivors }) => [
      '',
      `## What no unit test of \`${folder}\` sees`,
      '',
      '| where | is | was changed to |',
      '| --- | --- | --- |',
      ...survivors.map(
        ({ file, line, from, to }) =>
          `| ${file.replace(`gateway/src/${folder}/`, '')}:${line} | ${code(from)} | ${code(to)} |`,
      ),
    ]),
    '',
  ].join('\n')
}

function sampleOf(sample: number): string {
  if (sample === 1) return 'No mutant is sampled away.'
  return `A sample: windows of twelve lines, one in ${sample}, chosen by the hash of file and line, so that the next run has the same ones.`
}

function textAt(source: string, { start, end }: { readonly start: Place; readonly end: Place }) {
  const lines = source.split('\n').slice(start.line - 1, end.line)
  const last = lines.length - 1
  return lines
    .map((line, at) =>
      line.slice(at === 0 ? start.column - 1 : 0, at === last ? end.column - 1 : undefined),
    )
    .join(' ')
}

/** One cell of a table. */
function code(text: string): string {
  const one = text.replaceAll(/\s+/g, ' ').trim()
  const short = one.length > SHOWN ? `${one.slice(0, SHOWN)}…` : one
  return `\`\` ${short.replaceAll('|', '\\|')} \`\``
}
