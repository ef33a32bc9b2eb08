// `npm run demo`: the story, told on real parts: Acme's identity provider, market data and the gateway run as processes,
// and everything is done with the `sallyport` command as people use it; only the browser is played. Each step says what
// is expected and what was seen. Exits 0 where all agree.
import './assert-node.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDev, type Dev } from './demo/dev-process.ts'
import { tellEveryClient } from './demo/every-client.ts'
import { tellKillSwitch } from './demo/kill-switch.ts'
import { tellLog } from './demo/log.ts'
import { tellNewTarget } from './demo/new-target.ts'
import { tellOneCall } from './demo/one-call.ts'
import { tellPolicies } from './demo/policies.ts'
import { createScene } from './demo/scene.ts'
import { tellSecondPerson } from './demo/second-person.ts'
import { createStory } from './demo/story.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-demo-'))
const story = createStory()
let world: Dev | undefined
try {
  world = await story.prepare('Acme Energy and the gateway start', () =>
    startDev(join(folder, 'world')),
  )
  const scene = createScene(story, folder, world)
  await tellOneCall(scene)
  await tellEveryClient(scene)
  await tellPolicies(scene)
  await tellSecondPerson(scene)
  await tellKillSwitch(scene)
  await tellNewTarget(scene)
  await tellLog(scene)
} catch (error) {
  story.broken(error)
} finally {
  await world?.stop()
  rmSync(folder, { recursive: true, force: true })
}
process.exit(story.end())
