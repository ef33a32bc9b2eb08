import { describe, expect, test } from 'vitest'
import type { Authorize } from '../../src/authorize/authorize.ts'
import type { Workshop } from '../../src/authorize/workshop.ts'
import {
  call,
  catalogue,
  files,
  identity,
  inThisThread,
  isPermitted,
  loadInto,
  tool,
  unloaded,
} from './world.ts'

const bob = identity('bob')
const EVERYTHING = files('permit(principal, action, resource);')
const NOTHING = files('forbid(principal, action, resource);')
const [A, B, C] = [tool('t___a'), tool('t___b'), tool('t___c')]

/** A workshop that works when it is told to. */
function held() {
  let release: () => void = () => undefined
  const until = new Promise<void>((resolve) => (release = resolve))
  const slow: Workshop = {
    generate: inThisThread.generate,
    judge: async (question, engine) => {
      await until
      return inThisThread.judge(question, engine)
    },
  }
  return { slow, release: () => release() }
}

function callable(authorize: Authorize): readonly string[] {
  const names = ['t___a', 't___b', 't___c']
  return names.filter((name) => isPermitted(call(authorize, bob, name)))
}

/** Loaded, with a workshop that can be replaced afterwards. */
async function running() {
  let workshop = inThisThread
  const authorize = unloaded(undefined, {
    generate: (tools) => workshop.generate(tools),
    judge: (question, engine) => workshop.judge(question, engine),
  })
  await loadInto(authorize, EVERYTHING, catalogue([A, B]))
  const { slow, release } = held()
  workshop = slow
  return { authorize, release }
}

describe('policy-audit §1.2: schema and set are swapped as one', () => {
  test('the old state decides until the new one is whole', async () => {
    const { authorize, release } = await running()
    const loading = authorize.load({ files: NOTHING, catalogue: catalogue([A, B, C]) })
    expect(callable(authorize)).toEqual(['t___a', 't___b'])
    release()
    expect((await loading).loaded).toBe(true)
    expect(callable(authorize)).toEqual([])
  })

  test('what a new catalogue takes away is gone before its load is done', async () => {
    const { authorize, release } = await running()
    const loading = authorize.load({ catalogue: catalogue([A, { ...B, pin: 'changed' }, C]) })
    expect(callable(authorize)).toEqual(['t___a'])
    release()
    await loading
    expect(callable(authorize)).toEqual(['t___a', 't___c'])
  })

  test('a load that began before does not bring it back', async () => {
    const { authorize, release } = await running()
    const policies = authorize.load({ files: [...EVERYTHING] })
    // It has taken its catalogue.
    await new Promise((resolve) => setTimeout(resolve, 20))
    const withdrawn = authorize.load({ catalogue: catalogue([A]) })
    const afterEach: (readonly string[])[] = []
    const noted = policies.then(() => afterEach.push(callable(authorize)))
    release()
    await Promise.all([noted, withdrawn])
    expect(afterEach).toEqual([['t___a']])
  })

  test('loads take turns and none is lost: policies and catalogue of two callers', async () => {
    const { authorize, release } = await running()
    const only = 'permit(principal, action == AgentCore::Action::"t___c", resource);'
    const loads = [
      authorize.load({ catalogue: catalogue([A, B, C]) }),
      authorize.load({ files: files(only) }),
      authorize.load({ catalogue: catalogue([B, C]) }),
    ]
    release()
    expect((await Promise.all(loads)).map(({ loaded }) => loaded)).toEqual([true, true, true])
    expect(callable(authorize)).toEqual(['t___c'])
  })

  test('policies that do not load are not loaded by the next change of the catalogue either', async () => {
    const { authorize, release } = await running()
    release()
    expect((await authorize.load({ files: files('permit(principal') })).loaded).toBe(false)
    expect((await authorize.load({ catalogue: catalogue([A, B, C]) })).loaded).toBe(true)
    expect(callable(authorize)).toEqual(['t___a', 't___b', 't___c'])
  })

  test('closed while a load is under way: it stops, and everything is denied', async () => {
    const { authorize, release } = await running()
    const loading = authorize.load({ files: EVERYTHING })
    authorize.close()
    release()
    expect(await loading).toMatchObject({
      loaded: false,
      findings: [{ text: 'the gateway is closed' }],
    })
    expect(callable(authorize)).toEqual([])
  })
})
