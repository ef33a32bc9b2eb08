import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'

import { describe, expect, it } from 'vitest'

import { collectBody } from '../../src/in/collect-body.ts'

const message = () => new IncomingMessage(new Socket())

describe('collectBody (D-02)', () => {
  it('many chunks become one buffer, no chunk an empty one', async () => {
    const req = message()
    const body = collectBody(req, undefined, 10)
    for (const chunk of ['ab', 'cd', 'ef']) req.push(Buffer.from(chunk))
    req.push(null)
    expect(String(await body)).toBe('abcdef')
    const empty = message()
    const nothing = collectBody(empty, undefined, 10)
    empty.push(null)
    expect(await nothing).toHaveLength(0)
  })

  it('stops reading at the byte that is too many', async () => {
    const req = message()
    const body = collectBody(req, undefined, 3)
    req.push(Buffer.from('abc'))
    req.push(Buffer.from('d'))
    req.push(Buffer.from('never read'))
    expect(await body).toBe('too_large')
    expect(req.isPaused()).toBe(true)
    expect(req.readableLength).toBe('never read'.length)
  })

  it('a sender that leaves in the middle, or had left before, is gone', async () => {
    const req = message()
    const body = collectBody(req, undefined, 10)
    req.push(Buffer.from('ab'))
    req.destroy(new Error('aborted'))
    expect(await body).toBe('gone')
    expect(await collectBody(req, undefined, 10)).toBe('gone')
  })
})
