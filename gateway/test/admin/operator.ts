// Somebody with every role.
import type { OperatorIdentity } from '../../src/admin/operator-role.ts'

const ISSUER = 'https://login.acme.example'

export const OPERATOR: OperatorIdentity = {
  issuer: ISSUER,
  subject: 'erin',
  tenant: 'acme',
  client: 'ops',
  roles: new Set(['admin', 'approver', 'auditor']),
  about: { issuer: ISSUER, subject: 'erin' },
}
