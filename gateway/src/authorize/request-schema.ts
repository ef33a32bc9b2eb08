// Cedar schemas. One for the whole catalogue, against which policies are validated; one small one per tool,
// cut down to what its policies read, against which each request is validated (policy-audit §1.1 rules 2, 3, 5;
// §1.2). Both know the same principals, resource and groups.
import type {
  NamespaceDefinition,
  SchemaJson,
  Type,
  TypeOfAttribute,
} from '@cedar-policy/cedar-wasm/nodejs'
import { CIRCUMSTANCES, circumstanceTypes, type Circumstance } from './circumstances.ts'
import type { Attributes, InputType, ScalarType } from './input-type.ts'
import {
  EVERY_GROUP,
  groupOf,
  GROUPS,
  NAMESPACE,
  NULL_TYPE,
  splitName,
  UNKNOWN_TYPE,
} from './names.ts'
import type { ReadPlan } from './read-plan.ts'

type CedarType = Type<string>
type Namespace = NamespaceDefinition<string>
export type CedarSchema = SchemaJson<string>

export const APPLIES_TO = {
  principalTypes: ['OAuthUser', 'OAuthClient'],
  resourceTypes: ['Gateway'],
}

/** The groups that an action is in. */
export function memberOf(action: string): { id: string; type: string }[] {
  return [{ id: groupOf(action), type: 'Action' }]
}

const SCALARS: Readonly<Record<ScalarType['kind'], CedarType>> = {
  string: { type: 'String' },
  boolean: { type: 'Boolean' },
  long: { type: 'Long' },
  decimal: { type: 'Extension', name: 'decimal' },
  'decimal-text': { type: 'Extension', name: 'decimal' },
  datetime: { type: 'Extension', name: 'datetime' },
  duration: { type: 'Extension', name: 'duration' },
  ipaddr: { type: 'Extension', name: 'ipaddr' },
}

/** Principals, resource and groups, without any action that can be called. */
export function baseSchema(): CedarSchema {
  const tags: CedarType = { type: 'String' }
  const inEvery = { memberOf: [{ id: EVERY_GROUP, type: 'Action' }] }
  return {
    [NAMESPACE]: {
      entityTypes: { Gateway: {}, OAuthUser: { tags }, OAuthClient: { tags } },
      actions: Object.fromEntries([[EVERY_GROUP, {}], ...GROUPS.map((group) => [group, inEvery])]),
      commonTypes: {},
    },
  }
}

/** The schema of the requests of one tool: this action alone, input and context as its slice reads them. */
export function requestSchema(
  action: string,
  plan: ReadPlan,
  circumstances: readonly Circumstance[] = [],
): CedarSchema {
  const schema = baseSchema()
  const input = typeOfPlan(plan, schema)
  const attributes = { input, ...circumstanceTypes(circumstances) }
  const context: CedarType = { type: 'Record', attributes }
  namespaceOf(schema, NAMESPACE).actions[action] = {
    memberOf: memberOf(action),
    appliesTo: { ...APPLIES_TO, context },
  }
  return schema
}

/** The schema that policies are validated against: every tool's context has all of them. */
export function withCircumstances(schema: CedarSchema): CedarSchema {
  const types = circumstanceTypes(CIRCUMSTANCES)
  for (const { actions } of Object.values(schema)) {
    for (const { appliesTo } of Object.values(actions)) {
      const context = appliesTo?.context
      if (context !== undefined && 'attributes' in context) Object.assign(context.attributes, types)
    }
  }
  return schema
}

function typeOfPlan(plan: ReadPlan, schema: CedarSchema): CedarType {
  if (plan.whole) return typeOf(plan.type, schema)
  return recordType(
    [...plan.parts].map(([name, part]) => [name, part.required, typeOfPlan(part.plan, schema)]),
  )
}

function typeOf(type: InputType, schema: CedarSchema): CedarType {
  switch (type.kind) {
    case 'set':
      return { type: 'Set', element: typeOf(type.element, schema) }
    case 'record':
      return attributesOf(type.attributes, schema)
    case 'tuple':
      return recordType(type.items.map((item, at) => [`proj${at}`, true, typeOf(item, schema)]))
    case 'union':
      return recordType(
        type.choices.map((choice, at) => [`typeChoice${at}`, false, typeOf(choice, schema)]),
      )
    case 'null':
      return entityType(NULL_TYPE, schema, () => ({}))
    case 'unknown':
      return entityType(UNKNOWN_TYPE, schema, () => ({}))
    case 'enum':
      return entityType(type.entity, schema, () => ({ enum: [...type.values] }))
    case 'entity':
      return entityType(type.entity, schema, () => ({
        shape: attributesOf(type.attributes, schema),
        tags: typeOf(type.tags, schema),
      }))
    case 'string':
    case 'boolean':
    case 'long':
    case 'decimal':
    case 'decimal-text':
    case 'datetime':
    case 'duration':
    case 'ipaddr':
      return SCALARS[type.kind]
  }
}

function attributesOf(attributes: Attributes, schema: CedarSchema): CedarType {
  return recordType(
    [...attributes].map(([name, { type, required }]) => [name, required, typeOf(type, schema)]),
  )
}

export function recordType(
  attributes: readonly (readonly [string, boolean, CedarType])[],
): CedarType {
  return {
    type: 'Record',
    attributes: Object.fromEntries(
      attributes.map(([name, required, type]): [string, TypeOfAttribute<string>] => [
        name,
        { ...type, required },
      ]),
    ),
  }
}

/** Declares the entity type once, before its parts: it may refer to itself. */
function entityType(
  name: string,
  schema: CedarSchema,
  definition: () => Namespace['entityTypes'][string],
): CedarType {
  const { namespace, own } = splitName(name)
  const { entityTypes } = namespaceOf(schema, namespace)
  // A property may be called `constructor`, which every object seems to have.
  if (!Object.hasOwn(entityTypes, own)) {
    put(entityTypes, own, {})
    put(entityTypes, own, definition())
  }
  return { type: 'Entity', name }
}

/** Like Object.assign, but every member becomes one of its own. */
export function putAll<Value>(record: Record<string, Value>, members: Record<string, Value>): void {
  for (const [name, value] of Object.entries(members)) put(record, name, value)
}

/** As a member of its own, also where the prototype is frozen and has one of that name. */
function put<Value>(record: Record<string, Value>, name: string, value: Value): void {
  Object.defineProperty(record, name, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  })
}

/** The namespace of that name, made if it is not there. */
export function namespaceOf(schema: CedarSchema, name: string): Namespace {
  return (schema[name] ??= { entityTypes: {}, actions: {}, commonTypes: {} })
}
