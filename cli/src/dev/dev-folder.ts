// The folder of a development gateway: configuration, its JSON Schema, policies, state. A folder that the person
// named stays and keeps its policies; a temporary one goes with the command.
import { access, copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { jsonText } from '../terminal/exact-json.ts'

export type DevFolder = {
  readonly path: string
  readonly configFile: string
  /** Servers in the form of the Inspector. */
  readonly inspectorFile: string
  readonly write: (file: string, text: string) => Promise<void>
  /** Removes it where it is temporary. */
  readonly close: () => Promise<void>
}

/** Acme's policies lie beside the sources of the sample. */
const POLICIES = new URL('../acme/policies/', import.meta.resolve('@sallyport/sample/world.ts'))

export async function openDevFolder(named: string | undefined): Promise<DevFolder> {
  const path =
    named === undefined ? await mkdtemp(join(tmpdir(), 'sallyport-dev-')) : resolve(named)
  const configFile = join(path, 'sallyport.yaml')
  await mkdir(join(path, 'policies'), { recursive: true })
  await fillPolicies(join(path, 'policies'))
  const { configJsonSchema } = await import('@sallyport/gateway/config/schema-node.ts')
  await writeFile(join(path, 'sallyport.schema.json'), `${jsonText(configJsonSchema(), 2)}\n`)
  return {
    path,
    configFile,
    inspectorFile: join(path, 'inspector.json'),
    write: (file, text) => writeFile(file, text),
    close: async () => {
      if (named === undefined) await rm(path, { recursive: true, force: true })
    },
  }
}

async function fillPolicies(folder: string): Promise<void> {
  const from = fileURLToPath(POLICIES)
  for (const name of await readdir(from)) {
    if (!/\.(cedar|test\.yaml)$/.test(name)) continue
    const to = join(folder, name)
    await access(to).catch(() => copyFile(join(from, name), to))
  }
}
