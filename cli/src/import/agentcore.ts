// Amazon Bedrock AgentCore: definitions of gateway targets, as its API takes and gives them, alone, in a list, or as
// resources of a CloudFormation template. Targets that are MCP servers can be reached; what AWS itself turns into tools
// cannot, yet.
import type { JsonObject, JsonValue } from '@sallyport/gateway/json/value.ts'
import { objectOf, objectsOf, stringOf } from '../mcp/shape.ts'
import type { ImportedHeader, ImportedServer, Recognised } from './source.ts'

export function agentcoreFile(value: JsonValue): Recognised | undefined {
  const targets = targetsOf(value)
  if (targets.length === 0) return undefined
  return {
    format: 'AgentCore',
    servers: targets.map(({ target, place }) => serverOf(target, place)),
    left: [
      'permits for prompts and resources: policies of AgentCore have no actions for them, so they are denied here until you take over those that are commented out in `policies/imported.cedar`',
    ],
  }
}

type Placed = { readonly target: JsonObject; readonly place: string }

function targetsOf(value: JsonValue): readonly Placed[] {
  const object = objectOf(value)
  const list = objectsOf(Array.isArray(value) ? value : (object?.['targets'] ?? object?.['items']))
  if (list.some(isTarget)) {
    return list.map((target, index) => ({ target, place: `targets[${index}]` }))
  }
  if (object === undefined) return []
  if (isTarget(object)) return [{ target: object, place: 'the target' }]
  return Object.entries(objectOf(object['Resources']) ?? {})
    .map(([name, resource]) => ({ target: objectOf(resource) ?? {}, place: `Resources.${name}` }))
    .filter(({ target }) => target['Type'] === 'AWS::BedrockAgentCore::GatewayTarget')
    .map(({ target, place }) => ({
      target: objectOf(lowered(target['Properties'] ?? null)) ?? {},
      place,
    }))
}

function isTarget(value: JsonObject): boolean {
  return value['targetConfiguration'] !== undefined || value['targetId'] !== undefined
}

/** CloudFormation writes the same members with a capital first letter. */
function lowered(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((item: JsonValue) => lowered(item))
  const object = objectOf(value)
  if (object === undefined) return value
  return Object.fromEntries(
    Object.entries(object).map(([name, member]) => [
      `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`,
      lowered(member),
    ]),
  )
}

function serverOf(target: JsonObject, place: string): ImportedServer {
  const providers = objectsOf(target['credentialProviderConfigurations'])
  const judged = providers.map(providerOf)
  return {
    name: stringOf(target['name']) ?? stringOf(target['targetId']) ?? 'target',
    place,
    reach: reachOf(objectOf(objectOf(target['targetConfiguration'])?.['mcp'])),
    headers: judged.flatMap(({ header }) => (header === undefined ? [] : [header])),
    left: [
      ...judged.flatMap(({ left }) => (left === undefined ? [] : [left])),
      ...(target['metadataConfiguration'] === undefined
        ? []
        : [
            'headers and parameters that are passed on (`metadataConfiguration`): nothing of a caller is passed on here',
          ]),
    ],
    disabled: false,
  }
}

const KINDS: Readonly<Record<string, string>> = {
  lambda: 'it is a Lambda function',
  openApiSchema: 'it is an OpenAPI document',
  smithyModel: 'it is a Smithy model',
  apiGateway: 'it is an API of API Gateway',
  connector: 'it is a connector of AWS',
}

function reachOf(mcp: JsonObject | undefined): ImportedServer['reach'] {
  const endpoint = stringOf(objectOf(mcp?.['mcpServer'])?.['endpoint'])
  if (endpoint !== undefined) return { by: 'http', url: endpoint }
  const kind = Object.keys(mcp ?? {}).find((name) => name in KINDS)
  if (kind !== undefined)
    return { by: 'other', words: `${KINDS[kind]}, which this version does not turn into tools` }
  return {
    by: 'other',
    words:
      'the definition does not say where it is; `aws bedrock-agentcore-control get-gateway-target` gives all of it',
  }
}

function providerOf(provider: JsonObject): { header?: ImportedHeader; left?: string } {
  const type = stringOf(provider['credentialProviderType'])
  const details = objectOf(provider['credentialProvider'])
  const key = objectOf(details?.['apiKeyCredentialProvider'])
  if (key !== undefined && stringOf(key['credentialLocation']) !== 'QUERY_PARAMETER') {
    const prefix = stringOf(key['credentialPrefix'])?.trim()
    const name = stringOf(key['credentialParameterName']) ?? 'authorization'
    return {
      header: {
        name: name.toLowerCase(),
        prefix: prefix === undefined || prefix === '' ? '' : `${prefix} `,
        variable: undefined,
      },
    }
  }
  if (key !== undefined)
    return { left: 'its API key goes into the query of the URL, where this version puts no secret' }
  const other = type === undefined ? undefined : PROVIDERS[type]
  return { left: other ?? `its credential provider \`${type ?? 'unknown'}\`` }
}

const PROVIDERS: Readonly<Record<string, string>> = {
  OAUTH:
    'its tokens come from an OAuth provider: this version shows a target one static credential, or none',
  GATEWAY_IAM_ROLE:
    'its requests are signed with the role of the gateway, which this version does not do',
}
