// The stream that a session of the old era opens by GET (MCP 2025-11-25, basic/transports): notifications pass on it in
// order until somebody ends it. One session has one, the newest. A client that does not read fast enough loses it.
import { createNoteStream, type NoteStream } from '../subscriptions/note-stream.ts'

export type SessionStreams = {
  /** Ends the one that the session had before. */
  readonly open: (session: string) => NoteStream
  /** Ends the stream of a session that is over. */
  readonly end: (session: string) => void
}

export function createSessionStreams(): SessionStreams {
  const streams = new Map<string, NoteStream>()
  return {
    open(session) {
      streams.get(session)?.end()
      const stream = createNoteStream()
      streams.set(session, stream)
      stream.over.addEventListener('abort', () => {
        if (streams.get(session) === stream) streams.delete(session)
      })
      return stream
    },
    end: (session) => streams.get(session)?.end(),
  }
}
