// Resolves what the schema generator made of one tool (common types, entity types, relative names) into an
// InputType, reading the tool's JSON Schema beside it: the Cedar type alone cannot tell a number from a
// string of format `decimal`, nor a union or a tuple from an object. Whatever does not fit throws, and the
// tool is quarantined (policy-audit §1.2).
import type { EntityTypeKind, SchemaJson, Type } from '@cedar-policy/cedar-wasm/nodejs'
import type { Attribute, EntityType, InputType, RecordType } from './input-type.ts'
import { NULL_TYPE, splitName, UNKNOWN_TYPE } from './names.ts'

type Node = { readonly [member: string]: unknown }
type CedarType = Type<string>
type Scope = {
  readonly schema: SchemaJson<string>
  readonly definitions: Node
  readonly entities: Map<string, EntityType>
  /** Common types being resolved: one that holds itself has no Cedar type. */
  readonly open: readonly string[]
}

const PRIMITIVES: Readonly<Record<string, InputType['kind']>> = {
  String: 'string',
  Long: 'long',
  Bool: 'boolean',
  Boolean: 'boolean',
  datetime: 'datetime',
  duration: 'duration',
  ipaddr: 'ipaddr',
}

/** The input record of the tool whose generated common type is called `typeName` in `namespace`. */
export function bindInput(
  schema: SchemaJson<string>,
  namespace: string,
  typeName: string,
  inputSchema: Node,
): RecordType {
  const scope: Scope = {
    schema,
    definitions: asNode(inputSchema['$defs'] ?? {}),
    entities: new Map(),
    open: [],
  }
  const bound = bindNamed(typeName, namespace, { ...inputSchema, type: 'object' }, scope)
  if (bound.kind !== 'record') throw new Error('the input is no object')
  return bound
}

function bind(type: CedarType, namespace: string, from: unknown, scope: Scope): InputType {
  const node = dereference(asNode(from), scope)
  const kind: string = type.type
  if (kind === 'Set' && 'element' in type) {
    return { kind: 'set', element: bind(type.element, namespace, itemsOf(node), scope) }
  }
  if (kind === 'Record' && 'attributes' in type) {
    return bindRecord(type.attributes, namespace, node, scope)
  }
  return bindNamed('name' in type ? type.name : kind, namespace, node, scope)
}

function bindNamed(name: string, namespace: string, node: Node, scope: Scope): InputType {
  const full = [`${namespace}::${name}`, name].find((candidate) => isDeclared(candidate, scope))
  if (full === undefined) return bindPrimitive(name, node)
  const { namespace: home, own } = splitName(full)
  const common = scope.schema[home]?.commonTypes?.[own]
  if (common === undefined) return bindEntity(full, node, scope)
  if (scope.open.includes(full)) throw new Error(`the type \`${own}\` holds itself`)
  return bind(common, home, node, { ...scope, open: [...scope.open, full] })
}

function bindPrimitive(name: string, node: Node): InputType {
  if (name === 'decimal') return { kind: node['type'] === 'string' ? 'decimal-text' : 'decimal' }
  const kind = PRIMITIVES[name]
  if (kind === undefined) throw new Error(`the type \`${name}\` is not known`)
  return { kind } as InputType
}

function bindEntity(full: string, node: Node, scope: Scope): InputType {
  if (full === NULL_TYPE) return { kind: 'null' }
  if (full === UNKNOWN_TYPE) return { kind: 'unknown' }
  const known = scope.entities.get(full)
  if (known !== undefined) return known
  const { namespace, own } = splitName(full)
  const declared = scope.schema[namespace]?.entityTypes[own] as EntityTypeKind<string>
  if ('enum' in declared) return { kind: 'enum', entity: full, values: new Set(declared.enum) }
  if (!('tags' in declared)) throw new Error(`the entity type \`${own}\` has no tags`)
  const attributes = new Map<string, Attribute>()
  // Entered before its parts are bound: an entity may refer to itself.
  const entity = {
    kind: 'entity' as const,
    entity: full,
    attributes,
    tags: { kind: 'unknown' } as InputType,
  }
  scope.entities.set(full, entity)
  const inside: Scope = { ...scope, open: [] }
  if (declared.shape !== undefined && 'attributes' in declared.shape) {
    bindAttributes(declared.shape.attributes, namespace, node, inside, attributes)
  }
  entity.tags = bind(declared.tags, namespace, node['additionalProperties'], inside)
  return entity
}

function bindRecord(
  attributes: Readonly<Record<string, CedarType & { required?: boolean }>>,
  namespace: string,
  node: Node,
  scope: Scope,
): InputType {
  const choices = choicesOf(node)
  if (choices !== undefined) {
    return {
      kind: 'union',
      choices: choices.map((choice, at) =>
        bind(part(attributes, `typeChoice${at}`), namespace, choice, scope),
      ),
    }
  }
  if (node['type'] === 'array' && Array.isArray(node['prefixItems'])) {
    return {
      kind: 'tuple',
      items: node['prefixItems'].map((item: unknown, at) =>
        bind(part(attributes, `proj${at}`), namespace, item, scope),
      ),
    }
  }
  const bound = new Map<string, Attribute>()
  bindAttributes(attributes, namespace, node, scope, bound)
  return { kind: 'record', attributes: bound }
}

function bindAttributes(
  attributes: Readonly<Record<string, CedarType & { required?: boolean }>>,
  namespace: string,
  node: Node,
  scope: Scope,
  into: Map<string, Attribute>,
): void {
  const properties = asNode(node['properties'] ?? {})
  for (const [name, type] of Object.entries(attributes)) {
    into.set(name, {
      type: bind(type, namespace, properties[name], scope),
      required: type.required !== false,
    })
  }
}

function part(attributes: Readonly<Record<string, CedarType>>, name: string): CedarType {
  const type = attributes[name]
  if (type === undefined) throw new Error(`the generated type has no \`${name}\``)
  return type
}

/** The alternatives of a union, as the generator orders them: `type` as a list, else `anyOf`, else `oneOf`. */
function choicesOf(node: Node): readonly unknown[] | undefined {
  const types = node['type']
  if (Array.isArray(types)) {
    return types.map((type: unknown) => (typeof type === 'string' ? { ...node, type } : type))
  }
  if (types !== undefined) return undefined
  const alternatives = node['anyOf'] ?? node['oneOf']
  return Array.isArray(alternatives) ? alternatives : undefined
}

function itemsOf(node: Node): unknown {
  return typeof node['items'] === 'object' && node['items'] !== null ? node['items'] : {}
}

/** Follows `#/$defs/…`, but only where the generator does: where neither `type` nor a union comes first. */
function dereference(node: Node, scope: Scope): Node {
  const reference = node['$ref']
  const first = node['type'] ?? node['anyOf'] ?? node['oneOf']
  if (typeof reference !== 'string' || first !== undefined) return node
  return dereference(asNode(scope.definitions[reference.slice('#/$defs/'.length)]), scope)
}

function isDeclared(full: string, scope: Scope): boolean {
  const { namespace, own } = splitName(full)
  const home = scope.schema[namespace]
  return home !== undefined && (home.commonTypes?.[own] ?? home.entityTypes[own]) !== undefined
}

function asNode(value: unknown): Node {
  if (typeof value !== 'object' || value === null)
    throw new Error('a part of the schema is missing')
  return value as Node
}
