// Shell completion (ux §5): the script for bash is run by a real bash, the others are held against the command tree.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { COMMANDS, FIRST_WORDS } from '../../src/commands.ts'
import { commandTree } from '../../src/completion/command-tree.ts'
import { sallyport } from '../world/test-terminal.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-completion-'))
const script = join(folder, 'sallyport.bash')
beforeAll(async () => {
  const { code, out } = await sallyport(['completion', 'bash'])
  expect(code).toBe(0)
  writeFileSync(script, out)
  writeFileSync(join(folder, 'gate.yaml'), '')
})
afterAll(() => rmSync(folder, { recursive: true }))

/** What bash offers for these words, the last of which is being typed. */
function offered(...words: readonly string[]): string[] {
  const typed = ['sallyport', ...words]
  const ask = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sallyport; printf '%s\\n' "\${COMPREPLY[@]}"`
  const args = ['--noprofile', '--norc', '-c', ask, 'bash', script, ...typed]
  return execFileSync('bash', args, { cwd: folder, encoding: 'utf8' }).split('\n').filter(Boolean)
}

describe('bash', () => {
  test('the script is one that bash takes, and registers itself', () => {
    expect(spawnSync('bash', ['-n', script]).status).toBe(0)
    const registered = `source "${script}"; complete -p sallyport`
    expect(execFileSync('bash', ['-c', registered], { encoding: 'utf8' })).toContain(
      '-F _sallyport',
    )
  })

  test('first words, and those that begin as typed', () => {
    const first = new Set(COMMANDS.map(({ words }) => words[0]))
    expect(offered('')).toEqual(expect.arrayContaining([...first, 'help', '--version']))
    expect(offered('do')).toEqual(['doctor'])
  })

  test('second words of a pair, after help as well as before options', () => {
    expect(offered('config', '')).toEqual(
      expect.arrayContaining(['check', 'show', 'fmt', 'diff', 'migrate', 'schema']),
    )
    expect(offered('pins', 'a')).toEqual(['approve'])
    expect(offered('help', 'log')).toEqual(['login', 'logout'])
  })

  test('options of the command that stands there, whatever stands between', () => {
    expect(offered('config', 'fmt', '--c')).toEqual(['--config', '--check'])
    expect(offered('config', 'fmt', '--config', 'gate.yaml', '--ch')).toEqual(['--check'])
    expect(offered('doctor', '--j')).toEqual(['--json'])
    expect(offered('doctor', '--ch')).toEqual([])
  })

  test('files where an option takes a value', () => {
    expect(offered('doctor', '--config', 'ga')).toEqual(['gate.yaml'])
  })

  test('what is typed is looked up and never run', () => {
    const canary = join(folder, 'ran')
    offered('config', `$(touch ${canary})`)
    offered(`\`touch ${canary}\``, '')
    expect(execFileSync('ls', [folder], { encoding: 'utf8' })).not.toContain('ran')
  })
})

describe('every shell', () => {
  test.each(['bash', 'zsh', 'fish'])(
    '%s: each command and each of its options is there',
    async (shell) => {
      const { out } = await sallyport(['completion', shell])
      for (const { words, options } of await commandTree({
        rows: COMMANDS,
        firstWords: FIRST_WORDS,
      })) {
        for (const { flag } of options) {
          const name = shell === 'fish' ? `-l ${flag.replace('--', '')}` : flag
          const line = out
            .split('\n')
            .find((one) => one.includes(words.join(' ')) && one.includes(name))
          expect([words, flag, line !== undefined]).toEqual([words, flag, true])
        }
      }
    },
  )

  test.each(['bash', 'zsh', 'fish'])(
    '%s: quotes are closed, whatever a description says',
    async (shell) => {
      const { out } = await sallyport(['completion', shell])
      // Without escaped ones, an even number in each line.
      for (const line of out.split('\n').filter((one) => !one.startsWith('#')))
        expect([
          line,
          (line.replaceAll(String.raw`'\''`, '').match(/'/g) ?? []).length % 2,
        ]).toEqual([line, 0])
    },
  )

  test('another shell ends with 64 and names those that there are', async () => {
    const { code, note } = await sallyport(['completion', 'tcsh'])
    expect(code).toBe(64)
    expect(note).toContain('bash, zsh, fish')
  })
})
