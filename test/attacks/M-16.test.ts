// A URI that makes the matching of templates work without end: 50 kB that almost fit. It runs in a thread that can be
// ended; how long it takes is in `npm run promises`.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { uriFault } from '@sallyport/gateway/catalogue/offers/uri.ts'
import { parseTemplate } from '@sallyport/gateway/catalogue/offers/uri-template.ts'

const SOURCE = new URL('../../gateway/src/catalogue/offers/uri-template.ts', import.meta.url)
const GIVEN_UP_MS = 15_000

/** What a thread finds that matches them; `undefined`: it did not end. */
async function matched(template: string, uri: string): Promise<boolean | undefined> {
  const worker = new Worker(
    `const { workerData, parentPort } = require('node:worker_threads')
    import(workerData.source).then(({ parseTemplate }) =>
      parentPort.postMessage(parseTemplate(workerData.template).matches(workerData.uri)))`,
    { eval: true, workerData: { source: SOURCE.href, template, uri } },
  )
  const answer = await Promise.race([
    once(worker, 'message'),
    new Promise<[undefined]>((resolve) => setTimeout(resolve, GIVEN_UP_MS, [undefined]).unref()),
  ])
  await worker.terminate()
  return (answer as [boolean | undefined])[0]
}

const LONG = 50_000
const ALMOST: readonly (readonly [template: string, uri: string])[] = [
  ['docs:{/id*}', `docs:${'/'.repeat(LONG)}#`],
  ['docs:{/id*}/end', `docs:${'/a'.repeat(LONG / 2)}`],
  ['docs://{a}{b}{c}{d}{e}{f}{g}{h}!', `docs://${'a'.repeat(LONG)}`],
  ['docs://{+a}a{+b}a{+c}a{+d}b', `docs://${'a'.repeat(LONG)}`],
  ['docs://x{?a,b,c}{&d*}{&e*}z', `docs://x?${'a=1&'.repeat(LONG / 4)}`],
]

test('M-16 CVE-2026-0621: 50 kB that almost fit a template are found not to, and that ends', async () => {
  for (const [template, uri] of ALMOST)
    expect([template, await matched(template, uri)]).toEqual([template, false])
}, 120_000)

test('M-16 RFC 6570 §2: templates that are long, have many expressions, or could be any URI are not taken', () => {
  const faulty = [
    `docs://${'a'.repeat(2100)}{b}`,
    `docs://${'{a}'.repeat(9)}`,
    '{+any}',
    '{scheme}://x',
    'docs://{a',
    'docs://a}',
    'docs://{}',
    'docs://{a b}',
    'docs://{(a+)+}',
  ]
  for (const template of faulty) expect(parseTemplate(template)).toHaveProperty('fault')
})

test('M-16 protocol §5: a URI that is longer than a header may be is looked at no further', () => {
  expect(uriFault(`docs://${'a'.repeat(8192)}`)).toMatch('longer than 8192')
})

test('M-16 control: templates match the URIs that they make', async () => {
  expect(await matched('docs:{/id*}', 'docs:/a/b')).toBe(true)
  expect(await matched('docs://{a}', 'docs://b')).toBe(true)
  expect(await matched('docs://{a}', 'docs://b/c')).toBe(false)
})
