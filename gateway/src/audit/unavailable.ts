// The one fault of this stage: a record cannot be written, so nothing is called.
import { Fault } from '../fault.ts'

export function unavailable(reason: string): Fault {
  return new Fault('audit.unavailable', `the audit log cannot be written: ${reason}`, {
    dependency: 'audit',
    retryAfterSeconds: 1,
  })
}
