// Forms that the conformance suite has tools ask for: defaults (SEP-1034) and choices (SEP-1330) of every kind.
import type { ElicitRequestFormParams } from '@modelcontextprotocol/server'

export type Form = ElicitRequestFormParams['requestedSchema']

/** One text that has to be given. */
export function form(name: string): Form {
  return { type: 'object', properties: { [name]: { type: 'string' } }, required: [name] }
}

export const PERSON_FORM: Form = {
  type: 'object',
  properties: {
    username: { type: 'string', description: "User's response" },
    email: { type: 'string', description: "User's email address" },
  },
  required: ['username', 'email'],
}

export const DEFAULTS_FORM: Form = {
  type: 'object',
  properties: {
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true },
  },
}

const titled = (...choices: readonly (readonly [string, string])[]) =>
  choices.map(([value, title]) => ({ const: value, title }))
const three = ['option1', 'option2', 'option3']

export const ENUMS_FORM: Form = {
  type: 'object',
  properties: {
    untitledSingle: { type: 'string', enum: three },
    titledSingle: {
      type: 'string',
      oneOf: titled(
        ['value1', 'First Option'],
        ['value2', 'Second Option'],
        ['value3', 'Third Option'],
      ),
    },
    legacyEnum: {
      type: 'string',
      enum: ['opt1', 'opt2', 'opt3'],
      enumNames: ['Option One', 'Option Two', 'Option Three'],
    },
    untitledMulti: { type: 'array', items: { type: 'string', enum: three } },
    titledMulti: {
      type: 'array',
      items: {
        anyOf: titled(
          ['value1', 'First Choice'],
          ['value2', 'Second Choice'],
          ['value3', 'Third Choice'],
        ),
      },
    },
  },
}
