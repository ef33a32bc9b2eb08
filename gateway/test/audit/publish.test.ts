import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { readCheckpoints } from '../../src/audit/checkpoint.ts'
import { parseKeyLines } from '../../src/audit/known-keys.ts'
import { isSignedBy, named, parseVerifierKey } from '../../src/audit/note.ts'
import { logNames, pathsOf } from '../../src/audit/log-folder.ts'
import { startPublishing } from '../../src/audit/publish/publish.ts'
import { auditSettings } from '../../src/audit/settings.ts'
import { replace, rotateKeys } from '../../src/audit/signer/keys.ts'
import { startSigner } from '../../src/audit/signer/signer.ts'
import { openTree } from '../../src/audit/tree-file.ts'
import { rootHash } from '../../src/audit/tree.ts'
import { createGuardedFetch } from '../../src/net/guarded-fetch.ts'
import { createHealth } from '../../src/observe/health.ts'
import { createMetrics } from '../../src/observe/metrics.ts'
import { takeHold } from '../../src/store/sqlite/take-hold.ts'
import { systemClock } from '../../src/system/clock.ts'
import { newFolder, openAudit, recordsIn } from './made.ts'
import { silent } from './products.ts'

const NAME = 'gateway.example/audit'

async function signerIn(folder: string) {
  const keyFile = join(folder, 'key')
  const signer = await startSigner({ socket: join(folder, 's'), keyFile, name: NAME, takeHold })
  let closed: Promise<void> | undefined
  const close = () => (closed ??= signer.close())
  onTestFinished(close)
  return { ...signer, keyFile, close }
}

/** A log with everybody who follows it, composed as the gateway composes it. */
async function open(folder: string, yaml: Readonly<Record<string, unknown>>) {
  const settings = auditSettings.parse({
    checkpoint: { everyRecords: 1, everySeconds: 1 },
    ...yaml,
  })
  const audit = await openAudit(join(folder, 'audit'))
  const fetch = createGuardedFetch()
  onTestFinished(() => fetch.close())
  const health = createHealth()
  const metrics = createMetrics()
  const publishing = await startPublishing(settings, {
    own: audit.own,
    clock: systemClock,
    log: silent,
    metrics,
    health: health.check('checkpoints'),
    takeHold,
    note: (kind, detail) => void audit.event(kind, detail).catch(() => undefined),
    fetch,
    secret: async () => 'the token',
  })
  const { own } = audit
  return {
    audit,
    publishing,
    health,
    metrics,
    paths: pathsOf(own.folder, own.name),
    end: async () => {
      await audit.close()
      await publishing.finish()
    },
  }
}

/** Takes what is posted to it; answers with what `behave` says. */
async function receiver(behave: () => number | Promise<number> = () => 200) {
  const bodies: string[] = []
  const headers: IncomingHttpHeaders[] = []
  const statuses: number[] = []
  const server = createServer((request, response) => {
    void text(request).then(async (body) => {
      const status = await behave()
      if (status === 200) bodies.push(body)
      headers.push(request.headers)
      statuses.push(status)
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`
  return { url, bodies, headers, statuses, settings: { kind: 'https', url, allowInsecure: true } }
}

const sequences = (bodies: readonly string[]): number[] =>
  bodies
    .join('')
    .split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { record: { sequence: number } }).record.sequence)

describe('policy-audit §2.3: checkpoints', () => {
  test('cover every record at the end, and their roots are those of the tree', async () => {
    const folder = newFolder()
    const signer = await signerIn(folder)
    const { audit, paths, end } = await open(folder, { signer: { socket: join(folder, 's') } })
    for (let at = 0; at < 20; at++) await audit.event('config_changed', { at })
    await vi.waitFor(() => expect(existsSync(paths.checkpoints)).toBe(true), 5000)
    await audit.event('config_changed', {})
    await end()
    const kept = await readCheckpoints(paths.checkpoints)
    const key = parseVerifierKey(signer.verifierKey())
    const size = recordsIn(join(folder, 'audit')).length
    expect(kept.at(-1)?.size).toBe(size)
    expect(kept.length).toBeGreaterThan(1)
    for (const checkpoint of kept) {
      if (checkpoint === undefined || key === undefined) throw new Error('no checkpoint')
      expect(isSignedBy(checkpoint.note, named(key, checkpoint.origin))).toBe(true)
      openTree(paths.tree, size, ({ node }) => {
        expect(rootHash(checkpoint.size, node)).toEqual(checkpoint.root)
      })
    }
    expect(existsSync(paths.progress)).toBe(false)
  })

  test('are late without a signer: that is said, records go on, and it signs when it is there', async () => {
    const folder = newFolder()
    const socket = join(folder, 's')
    const { audit, publishing, health, metrics, paths, end } = await open(folder, {
      signer: { socket },
    })
    await audit.event('config_changed', {})
    await vi.waitFor(() => {
      expect(publishing.status().findings.join()).toMatch(/checkpoint `signer` is late: no signer/)
    }, 5000)
    expect(health.ready()).toBe(true)
    expect(health.reports()[0]).toMatchObject({ name: 'checkpoints', state: 'degraded' })
    expect(metrics.render()).toMatch(/sallyport_audit_unsigned_records\{signer="signer"\} [1-9]/)
    await signerIn(folder)
    await vi.waitFor(
      async () => expect((await readCheckpoints(paths.checkpoints)).length).toBeGreaterThan(0),
      10_000,
    )
    await vi.waitFor(() => expect(publishing.status().findings.join()).not.toMatch(/is late/), 5000)
    await end()
    const detail = recordsIn(join(folder, 'audit'))
      .filter(({ kind }) => kind === 'checkpoint')
      .map((record) => (record as unknown as { detail: { state: string } }).detail.state)
    expect(detail).toEqual(['late', 'again'])
  })

  test('go on under a new key that the old one vouches for; one that nobody vouches for is said', async () => {
    const folder = newFolder()
    const signer = await signerIn(folder)
    const first = signer.verifierKey()
    const { audit, paths, end } = await open(folder, { signer: { socket: join(folder, 's') } })
    const signedBy = async (text: string): Promise<void> => {
      await audit.event('config_changed', {})
      await vi.waitFor(async () => {
        const last = (await readCheckpoints(paths.checkpoints)).at(-1)
        const key = parseVerifierKey(text)
        if (last === undefined || key === undefined) throw new Error('nothing signed yet')
        expect(isSignedBy(last.note, named(key, last.origin))).toBe(true)
      }, 10_000)
    }
    await signedBy(first)
    rotateKeys(signer.keyFile, NAME, '2026-04-01T06:00:00.000Z')
    const second = signer.verifierKey()
    await signedBy(second)

    const elsewhere = newFolder()
    const stranger = await startSigner({
      takeHold,
      socket: join(elsewhere, 's'),
      keyFile: join(elsewhere, 'key'),
      name: NAME,
    })
    await stranger.close()
    replace(`${signer.keyFile}.keys`, readFileSync(join(elsewhere, 'key.keys'), 'utf8'))
    replace(signer.keyFile, readFileSync(join(elsewhere, 'key'), 'utf8'))
    const third = signer.verifierKey()
    await signedBy(third)
    await end()

    const ring = readFileSync(join(folder, 'audit/checkpoint.keys'), 'utf8')
    expect(parseKeyLines(ring).map(({ key, statement }) => [key, statement !== undefined])).toEqual(
      [
        [first, false],
        [second, true],
        [third, false],
      ],
    )
    const changes = recordsIn(join(folder, 'audit'))
      .filter(({ kind }) => kind === 'key_changed')
      .map((record) => (record as unknown as { detail: { key: string; vouched: boolean } }).detail)
    expect(changes).toMatchObject([
      { key: first, vouched: true },
      { key: second, vouched: true },
      { key: third, vouched: false },
    ])
  })
})

describe('policy-audit §2.6: sinks', () => {
  test('get every line once, in order, as it stands in the log, with the token', async () => {
    const folder = newFolder()
    const sink = await receiver()
    const { audit, end } = await open(folder, {
      sinks: { siem: { ...sink.settings, token: { env: 'TOKEN' } } },
    })
    for (let at = 0; at < 50; at++) await audit.event('config_changed', { at })
    await end()
    const [name = ''] = logNames(join(folder, 'audit'))
    expect(sink.bodies.join('')).toBe(
      readFileSync(pathsOf(join(folder, 'audit'), name).log, 'utf8'),
    )
    expect(sink.headers[0]).toMatchObject({
      authorization: 'Bearer the token',
      'content-type': 'application/x-ndjson',
      'sallyport-log': name,
      'sallyport-first-record': '0',
    })
  })

  test('one that hangs or refuses holds up neither another nor the records, and its lag is a metric', async () => {
    const folder = newFolder()
    const good = await receiver()
    const refusing = await receiver(() => 503)
    const hanging = await receiver(() => new Promise<number>(() => undefined))
    const { audit, metrics, publishing } = await open(folder, {
      sinks: { good: good.settings, refusing: refusing.settings, hanging: hanging.settings },
    })
    for (let at = 0; at < 20; at++) await audit.event('config_changed', { at })
    await vi.waitFor(() => expect(sequences(good.bodies).length).toBe(audit.own.records()), 5000)
    await vi.waitFor(() => {
      expect(metrics.render()).toMatch(/sink_lag_records\{sink="refusing"\} [1-9]\d/)
      expect(metrics.render()).toMatch(/sink_lag_seconds\{sink="hanging"\} 0\.[1-9]|[1-9]/)
      expect(metrics.render()).toContain('sink_lag_records{sink="good"} 0')
    }, 5000)
    expect(publishing.status().findings.join()).toContain(
      'sink `refusing` is late: it answered 503',
    )
    await audit.close()
  })

  test('a record that was refused comes again, with those after it, in order', async () => {
    const folder = newFolder()
    let refuse = true
    const sink = await receiver(() => (refuse ? 500 : 200))
    const { audit, end } = await open(folder, { sinks: { siem: sink.settings } })
    for (let at = 0; at < 5; at++) await audit.event('config_changed', { at })
    await vi.waitFor(() => expect(sink.headers.length).toBeGreaterThan(0), 5000)
    refuse = false
    await end()
    expect(sequences(sink.bodies)).toEqual(recordsIn(join(folder, 'audit')).map((_, at) => at))
  })
})

test('policy-audit §2.3: an anchor that is away is said, and gets the newest when it is back', async () => {
  const folder = newFolder()
  await signerIn(folder)
  const path = join(folder, 'elsewhere')
  const { audit, publishing, paths, end } = await open(folder, {
    signer: { socket: join(folder, 's') },
    anchors: { safe: { kind: 'folder', path } },
  })
  await audit.event('config_changed', {})
  await vi.waitFor(() => {
    expect(publishing.status().findings.join()).toMatch(/anchor `safe` is late: ENOENT/)
  }, 5000)
  mkdirSync(path)
  await end()
  const [file = ''] = readdirSync(path)
  const anchored = await readCheckpoints(join(path, file))
  const own = await readCheckpoints(paths.checkpoints)
  expect(anchored.at(-1)).toEqual(own.at(-1))
})

describe('F-14: what a dead process left', () => {
  /** As a process leaves it that is killed now: nothing of what comes after is in the folder. */
  async function killed(folder: string, dead: Awaited<ReturnType<typeof open>>): Promise<void> {
    const copy = newFolder()
    const audit = join(folder, 'audit')
    cpSync(audit, copy, { recursive: true })
    await dead.end()
    rmSync(audit, { recursive: true })
    cpSync(copy, audit, { recursive: true })
    rmSync(dead.paths.tree)
  }

  test('unsigned and unsent is signed and sent by the next one', async () => {
    const folder = newFolder()
    let away = true
    const sink = await receiver(() => (away ? 503 : 200))
    const settings = { signer: { socket: join(folder, 's') }, sinks: { siem: sink.settings } }
    const signer = await signerIn(folder)
    const dead = await open(folder, settings)
    await dead.audit.event('config_changed', {})
    await vi.waitFor(() => expect(existsSync(dead.paths.checkpoints)).toBe(true), 5000)
    await signer.close()
    for (let at = 0; at < 10; at++) await dead.audit.event('config_changed', { at })
    await killed(folder, dead)
    await signerIn(folder)
    away = false
    const next = await open(folder, settings)
    await vi.waitFor(() => expect(existsSync(dead.paths.progress)).toBe(false), 10_000)
    await next.end()
    const lines = readFileSync(dead.paths.log, 'utf8')
    const size = lines.split('\n').length - 1
    expect((await readCheckpoints(dead.paths.checkpoints)).at(-1)?.size).toBe(size)
    expect(size).toBeGreaterThanOrEqual(10)
    expect(sink.bodies.join('')).toContain(lines)
  })

  test('and of which the front was removed is sent from there on, and what is missing is said', async () => {
    const folder = newFolder()
    let away = true
    const sink = await receiver(() => (away ? 503 : 200))
    const settings = { sinks: { siem: sink.settings } }
    const dead = await open(folder, settings)
    for (let at = 0; at < 5; at++) await dead.audit.event('config_changed', { at })
    await dead.end()
    const lines = readFileSync(dead.paths.log, 'utf8').split('\n')
    writeFileSync(dead.paths.log.replace('.jsonl', '.000002.jsonl'), lines.slice(3).join('\n'))
    rmSync(dead.paths.log)
    away = false
    const next = await open(folder, settings)
    await vi.waitFor(() => expect(existsSync(dead.paths.progress)).toBe(false), 10_000)
    expect(next.publishing.status().findings).toContainEqual(
      expect.stringMatching(/^sink `siem` never gets records 0 to 2 of .*: they are not there any/),
    )
    expect(next.metrics.render()).toContain('sink_missed_records_total{sink="siem"} 3')
    await next.end()
    const [first] = sink.headers
      .flatMap((headers, at) => (sink.statuses[at] === 200 ? [headers] : []))
      .filter((headers) => headers['sallyport-log'] === basename(dead.paths.log, '.jsonl'))
    expect(first?.['sallyport-first-record']).toBe('3')
    expect(sink.bodies.join('')).toContain(lines.slice(3).join('\n'))
  })

  test('and somebody cut afterwards is not signed: the signer has signed more of it', async () => {
    const folder = newFolder()
    const settings = { signer: { socket: join(folder, 's') } }
    await signerIn(folder)
    const dead = await open(folder, settings)
    for (let at = 0; at < 10; at++) await dead.audit.event('config_changed', { at })
    // What comes now is signed and then gone.
    await killed(folder, dead)
    const error = vi.spyOn(silent, 'error')
    onTestFinished(() => error.mockRestore())
    const next = await open(folder, settings)
    await vi.waitFor(() => {
      expect(error).toHaveBeenCalledWith(
        expect.objectContaining({
          failing: expect.stringMatching(/the signer has signed \d+ records of this log/),
        }),
        'checkpoints are late',
      )
    }, 10_000)
    await next.end()
    expect(existsSync(dead.paths.progress)).toBe(true)
  })
})
