// The witness as a process: node witness-process.ts '{"port":4004,"logs":"<verifier key>","stateFile":"./witness.json"}'
import { runRoom } from '../room.ts'
import { startWitness, type WitnessSettings } from './witness.ts'

export type WitnessReady = { readonly url: string; readonly key: string }

await runRoom(async (settings: WitnessSettings) => {
  const { url, key, stop } = await startWitness(settings)
  const ready: WitnessReady = { url, key }
  return { ready, stop }
})
