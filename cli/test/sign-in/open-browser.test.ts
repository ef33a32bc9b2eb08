import { expect, test } from 'vitest'
import { openBrowser } from '../../src/sign-in/open-browser.ts'
import { processTerminal } from '../../src/terminal/process-terminal.ts'
import { testTerminal } from '../world/test-terminal.ts'

const HOSTILE = new URL(`https://h.example/a?x=$(touch%20/tmp/owned)&y=";\`id\`|&calc.exe#'`)

test.each([
  ['linux', 'xdg-open'],
  ['darwin', 'open'],
  ['win32', 'rundll32'],
] as const)(
  'P-08, CVE-2025-6514: on %s the URL is one argument of %s',
  async (platform, program) => {
    const terminal = testTerminal({ platform })
    await openBrowser(HOSTILE, terminal)
    expect(terminal.started[0]?.[0]).toBe(program)
    expect(terminal.started[0]?.at(-1)).toBe(HOSTILE.href)
  },
)

test.each([
  'javascript:alert(1)',
  'file:///etc/passwd',
  'data:text/html,x',
  'vbscript:x',
  'ms-settings:x',
])('O-03: `%s` is not opened', async (url) => {
  const terminal = testTerminal()
  expect(await openBrowser(new URL(url), terminal)).toBe(false)
  expect(terminal.started).toEqual([])
})

test('$BROWSER is taken where it is one plain program', async () => {
  const url = new URL('https://h.example/')
  const chosen = testTerminal({ environment: { BROWSER: '/usr/bin/firefox' } })
  await openBrowser(url, chosen)
  expect(chosen.started).toEqual([['/usr/bin/firefox', url.href]])
  const template = testTerminal({ environment: { BROWSER: 'sh -c %s' } })
  await openBrowser(url, template)
  expect(template.started).toEqual([['xdg-open', url.href]])
})

test('P-08: a program that is not there is told by false, and no shell is asked', async () => {
  const terminal = processTerminal()
  expect(await terminal.start('no-such-program; true', ['https://h.example/'])).toBe(false)
  expect(await terminal.start('true', ['https://h.example/'])).toBe(true)
})
