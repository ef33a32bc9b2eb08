// Where a person sits before a client: a home folder of their own, and a browser that signs them in at Acme's identity
// provider. It is a command, as `BROWSER` names one; like a real one it goes on while the client waits for it.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export type Desk = {
  readonly person: string
  readonly home: string
  /** For the processes of a client. */
  readonly environment: Readonly<Record<string, string>>
}

const BROWSER = fileURLToPath(new URL('../../docs/browser-process.ts', import.meta.url))

export function setDesk(folder: string, person: string): Desk {
  const home = join(folder, person)
  mkdirSync(home, { recursive: true })
  const browser = join(home, 'browser')
  const command = `'${process.execPath}' '${BROWSER}' ${person} "$1" >>'${home}/browser.log' 2>&1 &`
  writeFileSync(browser, `#!/bin/sh\n${command}\n`)
  chmodSync(browser, 0o755)
  return {
    person,
    home,
    environment: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      XDG_CONFIG_HOME: home,
      BROWSER: browser,
      NO_COLOR: '1',
    },
  }
}
