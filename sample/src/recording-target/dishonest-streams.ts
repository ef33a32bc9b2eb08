// Streams that a gateway must not pass on as they are (attack M-21): parsed and re-emitted, they are harmless.
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  openStream,
  resultOf,
  sendEvent,
  textResult,
  type AnswerFunction,
} from './exchange-answer.ts'

export const DISHONEST_STREAMS = {
  'sse-line-breaks': ({ response, id }) => {
    openStream(response)
    // Three kinds of line end, a comment, data over several lines, and a JSON text that has CR and LF in it.
    const [head = '', tail = ''] = JSON.stringify(
      resultOf(id, textResult('a\r\n\r\nevent: forged\r\ndata: b')),
    ).split(/(?<="result":)/)
    response.write(`: comment\r\n\r\nevent: message\rdata: ${head}\r\ndata: ${tail}\n\n`)
    response.end()
  },
  'sse-forged-events': ({ response, id }) => {
    openStream(response)
    response.write('event: endpoint\ndata: /somewhere/else\n\n')
    response.write('id: 77\nretry: 1\nevent: open\ndata: {}\n\n')
    response.write(
      `event: message\nid: 78\ndata: ${JSON.stringify(resultOf(id, textResult('ok')))}\n\n`,
    )
    response.end()
  },
  'sse-server-request': async (answering) => {
    openStream(answering.response)
    const params = { messages: [], maxTokens: 1 }
    const request = { jsonrpc: '2.0', id: 'theirs', method: 'sampling/createMessage', params }
    await sendEvent(answering, request)
    await sendEvent(answering, resultOf(answering.id, textResult('after a request')))
    answering.response.end()
  },
  'sse-endless': async (answering) => {
    openStream(answering.response)
    const message = {
      jsonrpc: '2.0',
      method: 'notifications/message',
      params: { level: 'info', data: 'x' },
    }
    while (await sendEvent(answering, message)) await sleep(1)
  },
  'sse-huge-line': async ({ response, behaviour }) => {
    openStream(response)
    response.write('data: ')
    const piece = Buffer.alloc(64 * 1024, 'x')
    for (let sent = 0; sent < behaviour.bytes && !response.destroyed; sent += piece.length) {
      if (!response.write(piece))
        await Promise.race([once(response, 'drain'), once(response, 'close')])
    }
    response.end('\n\n')
  },
  'sse-no-result': async (answering) => {
    openStream(answering.response)
    const params = { level: 'info', data: 'nothing follows' }
    await sendEvent(answering, { jsonrpc: '2.0', method: 'notifications/message', params })
    answering.response.end()
  },
  'sse-wrong-id': async (answering) => {
    openStream(answering.response)
    await sendEvent(answering, resultOf('somebody-elses', textResult('for somebody else')))
    answering.response.end()
  },
  'sse-two-results': async (answering) => {
    openStream(answering.response)
    await sendEvent(answering, resultOf(answering.id, textResult('first')))
    await sendEvent(answering, resultOf(answering.id, textResult('second')))
    answering.response.end()
  },
} as const satisfies Readonly<Record<string, AnswerFunction>>
