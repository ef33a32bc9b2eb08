// ToolHive: the configuration of a virtual MCP server (`backends`, `outgoingAuth`), its Kubernetes resources, and the
// configuration of one workload. What ToolHive runs in containers has a URL only once it runs.
import type { JsonObject, JsonValue } from '@sallyport/gateway/json/value.ts'
import { objectOf, objectsOf, stringOf } from '../mcp/shape.ts'
import { importedHeader } from './headers.ts'
import type { ImportedHeader, ImportedServer, Recognised } from './source.ts'

export function toolhiveFile(documents: readonly JsonObject[]): Recognised | undefined {
  const found = documents.map(documentOf).filter((part) => part !== undefined)
  if (found.length === 0) return undefined
  return {
    format: 'ToolHive',
    servers: found.flatMap(({ servers }) => servers),
    left: found.flatMap(({ left }) => left),
  }
}

type Part = { readonly servers: readonly ImportedServer[]; readonly left: readonly string[] }

function documentOf(document: JsonObject): Part | undefined {
  const version = stringOf(document['apiVersion'])
  if (version?.startsWith('toolhive.stacklok.dev/') === true) return resource(document)
  const backends = member(document, 'backends')
  const isVirtual = member(document, 'incomingAuth') !== undefined || Array.isArray(backends)
  if (isVirtual) return virtualServer(document)
  if (
    member(document, 'remoteUrl') !== undefined ||
    stringOf(document['schema_version']) !== undefined
  ) {
    return { servers: [workload(document)], left: [] }
  }
  return undefined
}

function virtualServer(document: JsonObject): Part {
  const outgoing = objectOf(member(objectOf(member(document, 'outgoingAuth')) ?? {}, 'backends'))
  const backends = objectsOf(member(document, 'backends'))
  const servers = backends.map((backend, index): ImportedServer => {
    const name = stringOf(backend['name']) ?? `backend-${index + 1}`
    const auth = objectOf(outgoing?.[name])
    return {
      name,
      place: `backends[${index}]`,
      reach: reachOf(stringOf(backend['url']), stringOf(backend['transport'])),
      headers: headersOf(auth),
      left: authLeft(auth),
      disabled: false,
    }
  })
  const group = stringOf(member(document, 'groupRef') ?? member(document, 'group'))
  return { servers, left: [...groupLeft(group, servers.length), ...sectionsLeft(document)] }
}

function groupLeft(group: string | undefined, servers: number): readonly string[] {
  if (group === undefined || servers > 0) return []
  return [
    `the workloads of the group \`${group}\`: the file does not say where they are; \`thv vmcp init\` writes a file that does`,
  ]
}

const SECTIONS: Readonly<Record<string, string>> = {
  incomingAuth:
    'who may come in (`incomingAuth`): say it under `authorization`, and what is allowed in policies; policies in there have another shape',
  aggregation:
    'names, choices and descriptions of tools (`aggregation`): names here are `<target>___<tool>`, choices are policies, descriptions are what was approved',
  compositeTools: 'tools made of other tools (`compositeTools`)',
  compositeToolRefs: 'tools made of other tools (`compositeToolRefs`)',
  operational:
    'timeouts and circuit breakers (`operational`): `timeouts` of a target has the settings for the former',
  optimizer: 'the optimizer (`optimizer`)',
  tokenCache: 'the cache of tokens (`tokenCache`)',
}

function sectionsLeft(document: JsonObject): readonly string[] {
  return Object.entries(SECTIONS)
    .filter(([name]) => member(document, name) !== undefined)
    .map(([, words]) => words)
}

function resource(document: JsonObject): Part {
  const kind = stringOf(document['kind']) ?? ''
  const spec = objectOf(document['spec']) ?? {}
  const name = stringOf(objectOf(document['metadata'])?.['name']) ?? kind
  const place = `${kind} ${name}`
  const url = stringOf(spec['remoteURL'] ?? spec['remoteUrl'] ?? spec['url'])
  const server = (reach: ImportedServer['reach'], left: readonly string[] = []): Part => ({
    servers: [{ name, place, reach, headers: [], left, disabled: false }],
    left: [],
  })
  switch (kind) {
    case 'MCPRemoteProxy':
    case 'MCPServerEntry':
      return server(reachOf(url, stringOf(spec['transport'])), referencesLeft(spec))
    case 'MCPServer':
      return server({
        by: 'other',
        words: 'ToolHive runs it in a container of the cluster, and the file does not say where',
      })
    case 'VirtualMCPServer':
      return virtualServer(objectOf(spec['config']) ?? spec)
    default:
      return { servers: [], left: kind === 'MCPGroup' ? [] : [`the resource ${place}`] }
  }
}

function referencesLeft(spec: JsonObject): readonly string[] {
  const names = [
    'externalAuthConfigRef',
    'oidcConfig',
    'oidcConfigRef',
    'authzConfig',
    'toolConfigRef',
    'headerForward',
  ]
  return names
    .filter((name) => spec[name] !== undefined)
    .map(
      (name) =>
        `\`${name}\`: credentials, callers and choices of tools have settings of their own here`,
    )
}

function workload(document: JsonObject): ImportedServer {
  const url = stringOf(member(document, 'remoteUrl'))
  return {
    name: stringOf(document['name']) ?? 'workload',
    place: 'the workload',
    reach:
      url === undefined
        ? { by: 'other', words: 'ToolHive runs it in a container, and the file does not say where' }
        : reachOf(url, stringOf(document['transport'])),
    headers: [],
    left:
      member(document, 'remoteAuthConfig') === undefined
        ? []
        : ['how ToolHive signs in there (`remote_auth_config`)'],
    disabled: false,
  }
}

function reachOf(url: string | undefined, transport: string | undefined): ImportedServer['reach'] {
  if (url === undefined) return { by: 'other', words: 'the file does not say where it is' }
  if (transport === 'stdio') return { by: 'other', words: 'its transport is `stdio`' }
  return { by: 'http', url }
}

function headersOf(auth: JsonObject | undefined): readonly ImportedHeader[] {
  const injected = objectOf(member(auth ?? {}, 'headerInjection'))
  const name = stringOf(member(injected ?? {}, 'headerName'))
  if (injected === undefined || name === undefined) return []
  const variable = stringOf(member(injected, 'headerValueEnv'))
  const value =
    variable === undefined ? (stringOf(member(injected, 'headerValue')) ?? '') : `\${${variable}}`
  return [importedHeader(name, value)]
}

function authLeft(auth: JsonObject | undefined): readonly string[] {
  const type = stringOf(auth?.['type'])?.replaceAll('_', '').toLowerCase()
  if (type === undefined || type === 'unauthenticated' || type === 'headerinjection') return []
  return [
    `how ToolHive signs in there (\`${type}\`): this version shows a target one static credential, or none`,
  ]
}

/** Written `camelCase` or `snake_case`. */
function member(of: JsonObject, name: string): JsonValue | undefined {
  return of[name] ?? of[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)]
}
