import { TOOL_DEFINITIONS } from '@sallyport/sample/market-server/tool-definitions.ts'
import { expect, test } from 'vitest'
import { createAuthorize, type Authorize } from '../../gateway/src/authorize/authorize.ts'
import { readPolicyFiles } from '../../gateway/src/authorize/policy-files.ts'
import type { JsonObject } from '../../gateway/src/json/value.ts'
import { catalogueOfTools } from '../../gateway/src/offline.ts'
import { GATEWAY, inThisThread, ISSUER } from '../../gateway/test/authorize/world.ts'
import { NOON_MS, oracleOf } from './policy-oracle.ts'
import { allowedBy, PROBES, type Probe } from './policy-probes.ts'

/** Of the market alone, whose tools are known without a server. */
const good = (await readPolicyFiles('sample/acme/policies')).filter(
  ({ file }) => !file.startsWith('documents'),
)
const text = good.map((file) => file.text).join('\n')
const WIDER = '@id("all") permit (principal, action, resource);'

test('F-21: the oracle allows what the gateway allows under the same policies, and some of it is denied', async () => {
  const allowed = allowedBy(await gatewayWith([]))
  expect(allowed.size).toBeGreaterThan(5)
  expect(allowed.size).toBeLessThan(PROBES.length)
  expect([...allowed].filter((probe) => !allows(text, probe))).toEqual([])
})

test('F-21: a gateway that allows more than the text is seen', async () => {
  const allowed = allowedBy(await gatewayWith([{ file: 'wider.cedar', text: WIDER }]))
  expect([...allowed].filter((probe) => !allows(text, probe)).length).toBeGreaterThan(5)
})

test('F-21: a text that is no set of policies allows nothing, and so does one that errs', () => {
  const [probe] = PROBES
  expect(oracleOf('permit (principal, action')).toBeUndefined()
  expect(probe && allows(WIDER, probe)).toBe(true)
  const errs = 'forbid (principal, action, resource) when { context.input.none == 1 };'
  expect(probe && allows(`${WIDER}${errs}`, probe)).toBe(false)
})

function allows(policies: string, probe: Probe): boolean {
  return oracleOf(policies)?.(probe) ?? false
}

async function gatewayWith(
  more: readonly { readonly file: string; readonly text: string }[],
): Promise<Authorize> {
  const tools = TOOL_DEFINITIONS as readonly unknown[] as readonly JsonObject[]
  const settings = { gatewayId: GATEWAY, homeIssuer: ISSUER, workshop: inThisThread }
  const authorize = createAuthorize({ ...settings, clock: { wallMs: () => NOON_MS } })
  const catalogue = catalogueOfTools([{ target: 'market', tools }])
  const loaded = await authorize.load({ files: [...good, ...more], catalogue })
  if (!loaded.loaded) throw new Error(JSON.stringify(loaded.findings))
  return authorize
}
