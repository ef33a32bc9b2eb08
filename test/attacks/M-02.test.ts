// One text, several readers: what the gateway understands must be what every decoder behind it would. Texts on which
// decoders differ are refused; what is accepted arrives re-serialised, never as the client's bytes.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { callText, post } from '../support/post.ts'
import { codeOf } from '../support/present.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

/** Status, code, and the arguments as they reached the target. */
async function send(body: string | Buffer) {
  const before = world.callsAtTarget().length
  const answer = await post(world, { body })
  const [sent] = world.callsAtTarget().slice(before)
  const args = sent === undefined ? undefined : /"arguments":(.*),"_meta":/s.exec(sent)?.[1]
  return { status: answer.status, code: codeOf(answer), args }
}
const REFUSED = { status: 400, code: 'in.invalid_json', args: undefined }
const withArgs = (args: string) => callText('echo', args)

test.each([
  ['a member twice', '{"id":1,"id":2}'],
  ['a member twice, once escaped', '{"id":1,"\\u0069d":2}'],
  ['two members that differ in case', '{"id":1,"ID":2}'],
  ['s and ſ', '{"s":1,"ſ":2}'],
  ['k and the Kelvin sign', '{"k":1,"\u212a":2}'],
  ['S and an escaped ſ', '{"S":1,"\\u017f":2}'],
  ['a member twice below', '{"a":[{"b":{"c":1,"c":2}}]}'],
  ['NaN', '{"id":NaN}'],
  ['Infinity', '{"id":-Infinity}'],
  ['a comment', '{"id":1/* or 2 */}'],
  ['a line comment', '{"id":1// or 2\n}'],
  ['a trailing comma', '{"id":1,}'],
  ['single quotes', "{'id':1}"],
  ['a bare name', '{id:1}'],
  ['a leading zero', '{"id":01}'],
  ['a plus sign', '{"id":+1}'],
  ['hexadecimal', '{"id":0x1}'],
  ['a bare fraction', '{"id":.5}'],
  ['a control character in a string', '{"id":"a\tb"}'],
  ['an unknown escape', '{"id":"\\x41"}'],
  ['a lone surrogate', '{"id":"\\ud800"}'],
  ['Python’s True', '{"id":True}'],
])('M-02 RFC 8259: %s in the arguments is refused', async (_what, args) => {
  expect(await send(withArgs(args))).toEqual(REFUSED)
})

test.each([
  ['method twice', withArgs('{}').replace('"method"', '"method":"tools/list","method"')],
  ['method and Method', withArgs('{}').replace('"method"', '"Method":"tools/list","method"')],
  ['name and NAME', withArgs('{}').replace('"name"', '"NAME":"delete_record","name"')],
  ['params and paramſ', withArgs('{}').replace('"params"', '"param\u017f":{},"params"')],
  ['a second document', `${withArgs('{}')}{}`],
  ['trailing text', `${withArgs('{}')} x`],
  ['a NUL at the end', `${withArgs('{}')}\0`],
  ['a byte order mark', `\ufeff${withArgs('{}')}`],
  ['UTF-16', Buffer.from(withArgs('{}'), 'utf16le')],
  ['bytes that are no UTF-8', Buffer.from(withArgs('{"id":"\u00ff"}'), 'latin1')],
  [
    'an overlong encoding',
    Buffer.from(withArgs('{"id":"??"}').replace('??', '\u00c0\u00af'), 'latin1'),
  ],
  ['nothing', ''],
])('M-02 RFC 8259: %s is refused', async (_what, body) => {
  expect(await send(body)).toEqual(REFUSED)
})

test('M-02 RFC 8259 §2: what is accepted is sent re-serialised, not as the bytes that came', async () => {
  const { args } = await send(withArgs('{ "\\u0061" :\n"\\u0041\\/" , "n" : [ 1 ,2 ] }'))
  expect(args).toBe('{"a":"A/","n":[1,2]}')
})

// A document as members in order, so that each decoder's reading can be told without a parser.
type Doc = string | number | readonly Doc[] | { readonly members: readonly Member[] }
type Member = { readonly name: string; readonly escaped: boolean; readonly value: Doc }
type Pick = (members: readonly Member[], name: string) => Member | undefined

const fold = (name: string) => name.toLowerCase().toUpperCase()
/** What a member is for each decoder: Python's last one, Java's first one, Go's last one that folds to the name. */
const DECODERS: Readonly<Record<string, Pick>> = {
  python: (members, name) => members.findLast((member) => member.name === name),
  java: (members, name) => members.find((member) => member.name === name),
  go: (members, name) => members.findLast((member) => fold(member.name) === fold(name)),
}

function read(doc: Doc, pick: Pick): unknown {
  if (Array.isArray(doc)) return (doc as readonly Doc[]).map((item) => read(item, pick))
  if (typeof doc !== 'object') return doc
  const { members } = doc as { readonly members: readonly Member[] }
  const names = [...new Set(members.map(({ name }) => name))].sort()
  return names.map((name) => [name, read(pick(members, name)?.value ?? '', pick)])
}

function write(doc: Doc): string {
  if (Array.isArray(doc)) return `[${(doc as readonly Doc[]).map(write).join()}]`
  if (typeof doc !== 'object') return JSON.stringify(doc)
  const { members } = doc as { readonly members: readonly Member[] }
  const texts = members.map(({ name, escaped, value }) => {
    const first = name.charCodeAt(0).toString(16).padStart(4, '0')
    return `${escaped ? `"\\u${first}${name.slice(1)}"` : JSON.stringify(name)}:${write(value)}`
  })
  return `{${texts.join()}}`
}

/** The same view of a value that JSON.parse made. */
function view(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(view)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .map(([name, member]) => [name, view(member)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

const names = fc.constantFrom('a', 'A', 's', 'S', 'ſ', 'k', 'K', '\u212a', 'é', 'É', 'kind', 'x')
const { object } = fc.letrec<{ doc: Doc; object: Doc }>((tie) => ({
  doc: fc.oneof(
    { maxDepth: 3 },
    fc.integer(),
    fc.string(),
    fc.array(tie('doc'), { maxLength: 2 }),
    tie('object'),
  ),
  object: fc.record({
    members: fc.array(fc.record({ name: names, escaped: fc.boolean(), value: tie('doc') }), {
      maxLength: 4,
    }),
  }),
}))

test('M-02 property: no decoder reads an accepted document, or what is sent on, in another way', async () => {
  await fc.assert(
    fc.asyncProperty(object, async (doc) => {
      const { status, code, args } = await send(withArgs(write(doc)))
      const readings = Object.values(DECODERS).map((pick) => JSON.stringify(read(doc, pick)))
      if (status === 400) {
        expect(code).toBe('in.invalid_json')
        return
      }
      expect(new Set(readings).size).toBe(1)
      expect(JSON.stringify(view(JSON.parse(args ?? '')))).toBe(readings[0])
    }),
    { numRuns: 150 },
  )
})

test('M-02 control: a plain document passes', async () => {
  expect(await send(withArgs('{"id":1,"name":"x"}'))).toEqual({
    status: 200,
    code: undefined,
    args: '{"id":1,"name":"x"}',
  })
})
