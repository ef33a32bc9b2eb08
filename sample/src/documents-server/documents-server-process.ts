// Acme's documents server as a process: node documents-server-process.ts '{"port":4002}'
import { runRoom } from '../room.ts'
import { startDocumentsServer, type DocumentsServerSettings } from './documents-server.ts'

export type DocumentsServerReady = { readonly url: string }

await runRoom(async (settings: DocumentsServerSettings) => {
  const server = await startDocumentsServer(settings)
  const ready: DocumentsServerReady = { url: server.url }
  return { ready, stop: server.stop }
})
