// `npm run pack:check`: packs, installs the archives into an empty folder as a user's npm does, starts `sallyport dev` there
// and makes the first allowed and the first denied call. Says how long each took; exits 0 where all went as promised
// (ux §9: three minutes from the first command).
import './assert-node.ts'
import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const WITHIN_S = 180
const folder = mkdtempSync(join(tmpdir(), 'sallyport-packed-'))
const installed = join(folder, 'empty')
process.env['SALLYPORT_COMMAND'] = join(installed, 'node_modules/.bin/sallyport')
let failed = 0

try {
  execFileSync(process.execPath, ['scripts/pack.ts', '--into', join(folder, 'archives')], {
    stdio: 'inherit',
  })
  const startedMs = performance.now()
  await step('npm install', install)
  await step('no secrets in the packages', noSecrets)
  const { startDev } = await import('./demo/dev-process.ts')
  const { login } = await import('./demo/login.ts')
  const { sallyport } = await import('./demo/run-sallyport.ts')
  const dev = await step('sallyport dev', () => startDev(join(folder, 'world')))
  const { mcpUrl } = dev.facts
  const home = join(folder, 'home')
  mkdirSync(home)
  try {
    await step('login', async () => expectCode(0, await login(mcpUrl, 'bob', home)))
    await step('an allowed call', async () => {
      const asked = ['market=DE-LU', 'day=2026-03-29'].flatMap((one) => ['--arg', one])
      expectCode(0, await sallyport(['call', mcpUrl, 'market___get_prices', ...asked], { home }))
    })
    await step('a denied call', async () => {
      const asked = ['market=DE-LU', 'direction=above', 'threshold=900']
      const args = asked.flatMap((one) => ['--arg', one])
      expectCode(
        3,
        await sallyport(['call', mcpUrl, 'market___set_price_alert', ...args], { home }),
      )
    })
  } finally {
    await dev.stop()
  }
  const seconds = (performance.now() - startedMs) / 1000
  if (seconds > WITHIN_S) failed += 1
  process.stdout.write(`from the first command: ${seconds.toFixed(0)} s (promised: ${WITHIN_S})\n`)
} catch (error) {
  failed += 1
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exit(failed === 0 ? 0 : 1)

/** S-06: of ours; what others publish is theirs. */
async function noSecrets(): Promise<void> {
  const { scanFolder } = await import('./scan-secrets.ts')
  for (const name of ['sallyport', '@sallyport']) {
    const { files, found } = scanFolder(join(installed, 'node_modules', name))
    if (files === 0) throw new Error(`nothing of ${name} is installed`)
    if (found.length > 0) throw new Error(`secrets: ${JSON.stringify(found)}`)
  }
}

/** Nothing of this tree is found from there. */
function install(): void {
  mkdirSync(installed)
  writeFileSync(join(installed, 'package.json'), '{ "private": true }')
  const archives = globSync(join(folder, 'archives/*.tgz'))
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...archives], {
    cwd: installed,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

async function step<Result>(what: string, take: () => Result | Promise<Result>): Promise<Result> {
  const startedMs = performance.now()
  const result = await take()
  process.stdout.write(`${what}: ${((performance.now() - startedMs) / 1000).toFixed(1)} s\n`)
  return result
}

function expectCode(wanted: number, { code, stderr }: { code: number; stderr: string }): void {
  if (code !== wanted) throw new Error(`exit ${code}, and ${wanted} was expected\n${stderr}`)
}
