// `sallyport import <file>`: what people already have (an `mcp.json`, ToolHive, AgentCore) → targets, a policy that permits
// nothing, and in words what was not carried over. Secrets are never copied, and no file is ever overwritten.
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Command } from '../command.ts'
import { CommandFailure, exitCode } from '../exit-codes.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainLine } from '../terminal/plain-text.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { ImportedFile } from '../import/files.ts'
import type { Imported } from '../import/to-targets.ts'
import { readText } from './call-arguments.ts'

type ImportOptions = { readonly out?: string; readonly publicUrl: string; readonly issuer: string }

export const importServers: Command<ImportOptions> = {
  examples: [
    'sallyport import .vscode/mcp.json',
    'sallyport import ~/.claude.json --out my-gate --issuer https://login.acme.example',
    'sallyport import vmcp.yaml --json',
  ],
  define: (command) => {
    command
      .argument('<file>', 'the file to read; `-` is standard input')
      .option('--out <folder>', 'write the files there; without it nothing is written')
      .option('--public-url <url>', 'what clients will connect to', 'http://127.0.0.1:8443')
      .option('--issuer <url>', 'who issues your access tokens', 'https://login.example.com')
  },
  run: async ({ args, options, terminal, json }) => {
    const { readSource } = await import('../import/read-source.ts')
    const { recognise } = await import('../import/recognise.ts')
    const { toTargets } = await import('../import/to-targets.ts')
    const { importedFiles, targetsText } = await import('../import/files.ts')
    const path = args[0] ?? ''
    const imported = toTargets(recognise(readSource(await readText(path, terminal), path), path))
    const files = importedFiles(imported.targets, options)
    const written = options.out === undefined ? [] : await writeNew(options.out, files)
    if (json) terminal.out(`${jsonText({ ...imported, written })}\n`)
    else {
      if (options.out === undefined) terminal.out(targetsText(imported.targets))
      report(imported, written, terminal)
    }
    return exitCode('ok')
  },
}

/** All of them, or none: a file that is there already is never replaced. */
async function writeNew(
  folder: string,
  files: readonly ImportedFile[],
): Promise<readonly string[]> {
  const paths = files.map(({ path, text }) => ({ path: join(folder, path), text }))
  for (const { path } of paths) {
    if ((await stat(path).catch(() => undefined)) === undefined) continue
    throw new CommandFailure('usage', `\`${path}\` is there already`, {
      fix: 'name another folder with --out; nothing was written',
    })
  }
  for (const { path, text } of paths) {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text, { flag: 'wx' })
  }
  return paths.map(({ path }) => path)
}

function report(imported: Imported, written: readonly string[], terminal: Terminal): void {
  const { format, targets, left, todo } = imported
  const count = targets.length === 1 ? 'one target' : `${targets.length} targets`
  terminal.note(`${format}: ${count} carried over\n`)
  const section = (title: string, lines: readonly string[]): void => {
    if (lines.length === 0) return
    terminal.note(`${terminal.style('note', 'bold', title)}\n`)
    for (const line of lines) terminal.note(`  ${plainLine(line)}\n`)
  }
  section('written', written)
  section(
    'not carried over',
    left.map(({ what, why }) => `${what}: ${why}`),
  )
  section('to do', [
    ...todo,
    ...(written.length === 0
      ? []
      : ['look at `publicUrl` and `issuer`, then run `sallyport config check`']),
    'nothing is permitted yet: write policies; name under `tools` what is read-only or idempotent, so that a server of an older revision may be called again after it lost its session',
  ])
}
