// What every chapter of the story works with: the running world, and the command as each person types it, with a home
// of their own.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Dev } from './dev-process.ts'
import { login } from './login.ts'
import { sallyport, type Ran } from './run-sallyport.ts'
import type { Story } from './story.ts'

export type Scene = {
  readonly story: Story
  /** For whatever the story writes; it goes with it. */
  readonly folder: string
  readonly world: Dev
  /** One command, with `--json`. */
  readonly as: (person: string, ...args: string[]) => Promise<Ran>
  /** The same with the configuration of the world's gateway. */
  readonly at: (person: string, ...args: string[]) => Promise<Ran>
  readonly signIn: (person: string) => Promise<void>
}

export function createScene(story: Story, folder: string, world: Dev): Scene {
  const as: Scene['as'] = (person, ...args) =>
    sallyport([...args, '--json'], { home: join(folder, person) })
  return {
    story,
    folder,
    world,
    as,
    at: (person, ...args) => as(person, ...args, '--config', world.facts.configFile),
    async signIn(person) {
      const home = join(folder, person)
      mkdirSync(home, { recursive: true })
      const { code, stderr } = await login(world.facts.mcpUrl, person, home)
      story.expect(
        `${person}: discovered, registered, signed in`,
        'signed in',
        code === 0 ? 'signed in' : stderr,
        code === 0,
      )
    },
  }
}

/** First line of what a command complained of. */
export function said(ran: Ran): string {
  return ran.stderr.trim().split('\n')[0] ?? ''
}

/** `yes` where the command ended well, else what it complained of. */
export function ended(ran: Ran, yes: string): string {
  return ran.code === 0 ? yes : `exit ${ran.code}: ${said(ran)}`
}
