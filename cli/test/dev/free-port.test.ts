import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { freePortAsBefore } from '../../src/dev/free-port.ts'

test('the issuer of `sallyport dev` has the port of the start before, and another one where that is taken', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-port-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'issuer.port')
  const first = await freePortAsBefore(file)
  await writeFile(file, `${first}\n`)
  expect(await freePortAsBefore(file)).toBe(first)
  const taken = createServer()
  await new Promise<void>((resolve) => void taken.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void taken.close())
  const { port } = taken.address() as AddressInfo
  await writeFile(file, `${port}\n`)
  expect(await freePortAsBefore(file)).not.toBe(port)
  await writeFile(file, 'no port\n')
  expect(await freePortAsBefore(file)).toBeGreaterThan(0)
})
