import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { freePort, portAsBefore } from '../../src/dev/free-port.ts'

test('the issuer of `sallyport dev` has the port of the start before, and any where that is taken', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-port-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'issuer.port')
  expect(await portAsBefore(file)).toBe(0)
  const first = await freePort(0)
  await writeFile(file, `${first}\n`)
  expect(await portAsBefore(file)).toBe(first)
  const taken = createServer()
  await new Promise<void>((resolve) => void taken.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void taken.close())
  const { port } = taken.address() as AddressInfo
  await writeFile(file, `${port}\n`)
  expect(await portAsBefore(file)).toBe(0)
  for (const text of ['no port\n', '70000\n', `${first}`]) {
    await writeFile(file, text)
    expect(await portAsBefore(file)).toBe(0)
  }
})
