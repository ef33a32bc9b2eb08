// The witness as a room of the sample world: a process that ends with the one that opened it.
import { openRoom } from '../room.ts'
import type { WitnessReady } from './witness-process.ts'
import type { WitnessSettings } from './witness.ts'

export type WitnessRoom = WitnessReady & { readonly stop: () => Promise<void> }

const ENTRY = new URL('./witness-process.ts', import.meta.url)

export async function openWitness(settings: WitnessSettings): Promise<WitnessRoom> {
  const { ready, stop } = await openRoom<WitnessReady>(ENTRY, settings)
  return { ...ready, stop }
}
