import { execFile } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { EXIT_FATAL } from '../../src/system/fatal.ts'

const source = (path: string): string =>
  JSON.stringify(new URL(`../../src/${path}`, import.meta.url))

/** A process that fails in one way, and would go on for a minute if it were let. */
function run(
  failure: string,
  report = 'log.error({ error }, origin); out.flush()',
): Promise<{
  code: unknown
  stdout: string
}> {
  const script = `
import { exitOnFatal } from ${source('system/fatal.ts')}
import { createLog } from ${source('observe/log.ts')}
import { standardOutput } from ${source('observe/log-stream.ts')}
const out = standardOutput()
const log = createLog({ level: 'info', stream: out })
exitOnFatal({ report: (error, origin) => { ${report} } })
setInterval(() => {}, 60_000)
log.info({}, 'before')
${failure}
`
  return new Promise((resolve) => {
    execFile(process.execPath, ['--input-type=module', '-e', script], (error, stdout) =>
      resolve({ code: error?.code ?? 0, stdout }),
    )
  })
}

describe('F-25: an exception that nobody caught is logged and ends the process', () => {
  test.each([
    ['thrown in a timer', 'setTimeout(() => { throw new Error("canary") })'],
    ['rejected without a handler', 'Promise.reject(new Error("canary"))'],
    [
      'emitted as an error',
      'import("node:events").then(({ EventEmitter }) => new EventEmitter().emit("error", new Error("canary")))',
    ],
    [
      'thrown twice',
      'setTimeout(() => { throw new Error("canary") }); setTimeout(() => { throw new Error("second") })',
    ],
  ])('%s', async (_, failure) => {
    const { code, stdout } = await run(failure)
    expect(code).toBe(EXIT_FATAL)
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string })
    expect(lines).toMatchObject([{ msg: 'before' }, { level: 50, error: { message: 'canary' } }])
  })

  test('it ends also where the report itself fails', async () => {
    const { code } = await run('throw new Error("x")', 'throw new Error("y")')
    expect(code).toBe(EXIT_FATAL)
  })
})
