// Plays one page from top to bottom, as a reader who copies everything: files are saved, commands run, and what the
// page says about their output is compared. Resolves to how many blocks ran; rejects with place, command and output
// of the first that does not hold.
import type { Page } from './page.ts'
import { openTerminals } from './terminals.ts'

export async function play(page: Page): Promise<number> {
  const terminals = await openTerminals()
  try {
    let output = ''
    let ran = 0
    for (const fence of page.fences) {
      if (fence.language === 'sh') {
        output = await terminals.run(fence)
        ran += 1
      } else if (fence.words.has('shows')) requireShown(fence.place, fence.text, output)
      else if (fence.words.has('file') && fence.language !== 'ts') terminals.save(fence)
    }
    return ran
  } finally {
    await terminals.close()
  }
}

function requireShown(place: string, text: string, output: string): void {
  let rest = output
  for (const line of text.split('\n').map((shown) => shown.trim())) {
    if (line === '' || line === '…') continue
    const found = new RegExp(line.split('…').map(escaped).join('.*')).exec(rest)
    if (found === null) throw new Error(`${place}: \`${line}\` is not in\n${output}`)
    rest = rest.slice(found.index + found[0].length)
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+')
}
