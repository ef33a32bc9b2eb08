// The completion scripts of three shells, each a table of the command's words and options. They run nothing of ours: what
// is typed is looked up, and where anything may stand, files are offered.
import type { Node } from './command-tree.ts'

export type Shell = 'bash' | 'zsh' | 'fish'

export const SHELLS: Readonly<Record<Shell, (tree: readonly Node[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
}

/** POSIX: within single quotes nothing is special but the single quote itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

const place = (words: readonly string[]) => words.map((word) => ` ${word}`).join('')
const valued = ({ options }: Node) => options.filter(({ value }) => value !== 'none')

/** In both shells: how far the words before the cursor name a command. */
function walk(tree: readonly Node[], words: string, from: number, until: string): string {
  const known = tree
    .filter((node) => node.words.length > 0)
    .map((node) => quoted(place(node.words)))
  return `  for ((i = ${from}; i < ${until}; i++)); do
    case "$place \${${words}[i]}" in
      ${known.join('|')}) place="$place \${${words}[i]}" ;;
    esac
  done
`
}

function bashScript(tree: readonly Node[]): string {
  const values = tree.flatMap((node) =>
    valued(node).map(({ flag, value }) => {
      const offered =
        typeof value === 'string' ? 'compgen -f' : `compgen -W ${quoted(value.join(' '))}`
      return `    ${quoted(`${place(node.words)} ${flag}`)}) mapfile -t COMPREPLY < <(${offered} -- "$cur"); return ;;\n`
    }),
  )
  const cases = tree.map(({ words, next, options }) => {
    const all = [...next.map(({ word }) => word), ...options.map(({ flag }) => flag)].join(' ')
    return `    ${quoted(place(words))}) offered=${quoted(all)} ;;\n`
  })
  return `# bash completion of sallyport: source it, or put it where bash-completion finds it
_sallyport() {
  local cur=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} place='' offered='' i
  COMPREPLY=()
${walk(tree, 'COMP_WORDS', 1, 'COMP_CWORD')}  case "$place $before" in
${values.join('')}  esac
  case "$place" in
${cases.join('')}  esac
  mapfile -t COMPREPLY < <(compgen -W "$offered" -- "$cur")
}
complete -o bashdefault -o default -F _sallyport sallyport
`
}

function zshScript(tree: readonly Node[]): string {
  const entry = (word: string, description: string) =>
    quoted(`${word.replaceAll(':', '\\:')}:${description}`)
  const values = tree.flatMap((node) =>
    valued(node).map(({ flag, value }) => {
      const offered =
        typeof value === 'string' ? '_files' : `compadd -- ${value.map(quoted).join(' ')}`
      return `    ${quoted(`${place(node.words)} ${flag}`)}) ${offered}; return ;;\n`
    }),
  )
  const cases = tree.map(({ words, next, options }) => {
    const all = [
      ...next.map(({ word, description }) => entry(word, description)),
      ...options.map(({ flag, description }) => entry(flag, description)),
    ]
    return `    ${quoted(place(words))}) offered=(${all.join(' ')}) ;;\n`
  })
  return `#compdef sallyport
# zsh completion of sallyport: a file _sallyport in a folder of $fpath
_sallyport() {
  local place='' i
  local -a offered
${walk(tree, 'words', 2, 'CURRENT')}  case "$place \${words[CURRENT - 1]}" in
${values.join('')}  esac
  case "$place" in
${cases.join('')}  esac
  _describe 'sallyport' offered || _files
}
if [ "$funcstack[1]" = _sallyport ]; then _sallyport "$@"; else compdef _sallyport sallyport; fi
`
}

function fishScript(tree: readonly Node[]): string {
  const lines = tree.flatMap(({ words, next, options }) => {
    const at = quoted(`__sallyport_at ${words.join(' ')}`.trim())
    const on = quoted(`__sallyport_in ${words.join(' ')}`.trim())
    return [
      ...next.map(
        ({ word, description }) =>
          `complete -c sallyport -f -n ${at} -a ${quoted(word)} -d ${quoted(description)}`,
      ),
      ...options.map(({ flag, description, value }) => {
        const takes =
          value === 'none' ? '' : value === 'any' ? ' -r -F' : ` -x -a ${quoted(value.join(' '))}`
        const where = next.length > 0 ? at : on
        return `complete -c sallyport -n ${where} -l ${flag.replace(/^--/, '')}${takes} -d ${quoted(description)}`
      }),
    ]
  })
  return `# fish completion of sallyport: ~/.config/fish/completions/sallyport.fish
function __sallyport_words
  for word in (commandline -opc)[2..-1]
    string match -q -- '-*' $word; or echo $word
  end
end
function __sallyport_at
  set -l words (__sallyport_words)
  test "$words" = "$argv"
end
function __sallyport_in
  set -l words (__sallyport_words)
  test (count $words) -ge (count $argv); and test "$words[1..(count $argv)]" = "$argv"
end
${lines.join('\n')}
`
}
