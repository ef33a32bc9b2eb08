// The one door to Cedar. Whatever the engine throws becomes a failure value here, so that nothing of it can
// pass as an answer (policy-audit §1.1 rule 1), and parsed sets and schemas get names that are used again:
// the engine cannot forget one (rule 8).
// oxlint-disable-next-line import/no-unassigned-import -- says how the engine below is compiled
import '../system/wasm-tiering.ts'
import {
  checkParseSchema,
  isAuthorized,
  isAuthorizedPartial,
  policyToJson,
  preparsePolicySet,
  preparseSchema,
  schemaToText,
  statefulIsAuthorized,
  validate,
  type AuthorizationCall,
  type DetailedError,
  type PartialAuthorizationCall,
  type Policy,
  type PolicyJson,
  type ResidualResponse,
  type Response,
  type SchemaJson,
  type StatefulAuthorizationCall,
  type ValidationAnswer,
} from '@cedar-policy/cedar-wasm/nodejs'

export type EngineFailure = { readonly failed: readonly DetailedError[] }
type Failure = { type: 'failure'; errors: DetailedError[] }
type Answer = { type: string } | Failure

export type Engine = {
  readonly decide: (call: StatefulAuthorizationCall) => Response | EngineFailure
  readonly decideOnce: (call: AuthorizationCall) => Response | EngineFailure
  readonly decidePartly: (call: PartialAuthorizationCall) => ResidualResponse | EngineFailure
  readonly prepareSet: (name: string, policies: Record<string, Policy>) => EngineFailure | undefined
  readonly prepareSchema: (name: string, schema: SchemaJson<string>) => EngineFailure | undefined
  readonly checkSchema: (schema: SchemaJson<string>) => EngineFailure | undefined
  readonly validate: (
    schema: SchemaJson<string>,
    policies: Record<string, Policy>,
  ) => Extract<ValidationAnswer, { type: 'success' }> | EngineFailure
  readonly parsePolicy: (text: string) => PolicyJson | EngineFailure
  readonly schemaText: (schema: SchemaJson<string>) => string | undefined
}

/** Cedar 4.13 in this process. */
export const cedar: Engine = {
  decide: (call) =>
    ask(
      () => statefulIsAuthorized(call),
      (answer) => answer.response,
    ),
  decideOnce: (call) =>
    ask(
      () => isAuthorized(call),
      (answer) => answer.response,
    ),
  decidePartly: (call) =>
    ask(
      () => isAuthorizedPartial(call),
      (answer) => answer.response,
    ),
  prepareSet: (name, policies) =>
    ask(
      () => preparsePolicySet(name, { staticPolicies: policies }),
      () => undefined,
    ),
  prepareSchema: (name, schema) =>
    ask(
      () => preparseSchema(name, schema),
      () => undefined,
    ),
  checkSchema: (schema) =>
    ask(
      () => checkParseSchema(schema),
      () => undefined,
    ),
  validate: (schema, policies) =>
    ask(
      () =>
        validate({
          validationSettings: { mode: 'strict' },
          schema,
          policies: { staticPolicies: policies },
        }),
      (answer) => answer,
    ),
  parsePolicy: (text) =>
    ask(
      () => policyToJson(text),
      (answer) => answer.json,
    ),
  schemaText: (schema) =>
    textOf(
      ask(
        () => schemaToText(schema),
        (answer) => answer.text,
      ),
    ),
}

export function isEngineFailure(value: object): value is EngineFailure {
  return 'failed' in value
}

function ask<A extends Answer, T>(
  question: () => A,
  take: (answer: Exclude<A, { type: 'failure' }>) => T,
): T | EngineFailure {
  try {
    const answer = question()
    if (answer.type === 'failure') return { failed: (answer as Failure).errors }
    return take(answer as Exclude<A, { type: 'failure' }>)
  } catch (thrown) {
    return { failed: [thrownError(thrown)] }
  }
}

function thrownError(thrown: unknown): DetailedError {
  return {
    message: `the engine threw: ${String(thrown)}`,
    help: null,
    code: null,
    url: null,
    severity: null,
  }
}

function textOf(text: string | EngineFailure): string | undefined {
  return typeof text === 'string' ? text : undefined
}
