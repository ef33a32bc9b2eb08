// The parts of a running gateway that the operator's socket reaches, bound to what runs now.
import { join } from 'node:path'
import type { OperatorParts } from './admin/operator.ts'
import { createApprovePin } from './approve-pin.ts'
import {
  createIdentifyOperator,
  createRequireRole,
  type OperatorRoleParts,
} from './admin/operator-role.ts'
import type { AboutPerson } from './audit/record.ts'
import { eraseKeys, keysOf } from './audit/erase.ts'
import { holdingSideFiles } from './audit/side-file-hold.ts'
import { findRecords } from './audit/search.ts'
import { disabledFor } from './authorize/switches/switch.ts'
import { contextCosts } from './catalogue/context-cost.ts'
import type { Catalogue } from './catalogue/entry.ts'
import { endRevoked } from './end-revoked.ts'
import type { Generation } from './generation.ts'
import type { Revocation } from './identify/revocation.ts'
import type { Health } from './observe/health.ts'
import type { ReloadReport } from './reload.ts'
import type { Shared } from './shared.ts'
import { takeHold } from './store/sqlite/take-hold.ts'
import { switchParts } from './switch-parts.ts'

export function operatorParts(of: {
  readonly shared: Shared
  readonly health: Health
  readonly running: () => Generation
  readonly reload: () => Promise<ReloadReport>
}): Omit<OperatorParts, 'drain'> {
  const { shared, health, running, reload } = of
  const { audit, clock, denyList, streams } = shared
  const roleParts = operatorRoleParts(running, shared.switches)
  const requireRole = createRequireRole(roleParts)
  const auditFolder = join(running().config.stateFolder, 'audit')
  return {
    reload,
    requireRole,
    identifyOperator: createIdentifyOperator(roleParts),
    approvals: shared.approvals.desk,
    access: shared.approvals.access,
    hashOf: (tool) => approvedHash(running().catalogue.current(), tool),
    erasing: {
      requireRole,
      issuers: () => running().config.authorization.issuers.map(({ issuer }) => issuer),
      keysOf: (person) => keysOf(auditFolder, person),
      recordErased: (detail, { about }, reason) =>
        audit.event('erased', detail, { ...about, reason }),
      eraseKeys: (keys) =>
        eraseKeys(auditFolder, keys, {
          time: new Date(clock.wallMs()).toISOString(),
          own: shared.ownLog,
        }),
      exclusively: (use) => holdingSideFiles(auditFolder, takeHold, use),
    },
    recordPrune: (detail) => audit.event('admin', detail),
    switches: switchParts(shared, running, requireRole),
    review: () => running().catalogue.review,
    askTargets: () => running().catalogue.refresh(),
    approvePin: createApprovePin(shared, running),
    issuers: () => running().config.authorization.issuers.map(({ issuer }) => issuer),
    principals: () => running().identify.principals(),
    explain: (question) => running().authorize.explain(question),
    reviewAccess: (question) =>
      running().authorize.review(question, (principal, entry) =>
        disabledFor(shared.switches.disabled(), principal, entry),
      ),
    why: (requestId) => findRecords(auditFolder, requestId),
    tail: audit.subscribe,
    revokedUntilSeconds: (issuer) => running().identify.revokedUntilSeconds(issuer),
    recordRevocation(revocation, reason) {
      const { by, issuer, value } = revocation
      const about = aboutOf(revocation)
      const named = about === undefined ? { value } : {}
      const said = { ...(about ?? { issuer }), reason }
      return audit.event('token_revoked', { by, issuer, ...named }, said)
    },
    async revoke(revocation) {
      // Effective here before it is written, and whether or not it can be.
      const written = denyList.revoke(revocation)
      const ended = endRevoked(shared)
      await written
      return ended
    },
    status: () => ({
      version: shared.version,
      publicUrl: running().config.publicUrl,
      ready: health.ready(),
      checks: health.reports(),
      issuers: running().identify.issuers(),
      targets: Object.fromEntries(running().catalogue.current().health),
      gates: Object.fromEntries(shared.gates.status()),
      tools: [...running().catalogue.current().entries.values()].map(
        ({ qualifiedName, pin, quarantined }) => ({ name: qualifiedName, pin, quarantined }),
      ),
      findings: running().catalogue.findings(),
      context: Object.fromEntries(contextCosts(running().catalogue.current())),
      audit: shared.publishing.status(),
      openStreams: streams.count(),
      revocations: denyList.size(),
    }),
  }
}

/** Definition of a tool that may be called; `undefined` where there is none, or none that is approved. */
function approvedHash({ entries }: Catalogue, tool: string): string | undefined {
  const entry = entries.get(tool)
  return entry?.pin === 'approved' && entry.quarantined === undefined ? entry.hash : undefined
}

/** Verified as a caller is, at whichever resource of the gateway the token is for. */
function operatorRoleParts(
  running: () => Generation,
  { disabled }: Pick<Shared['switches'], 'disabled'>,
): OperatorRoleParts {
  return {
    disabled,
    settings: () => running().config.operators,
    publicUrl: () => running().config.publicUrl,
    identify: (token) => {
      const { config, identify } = running()
      const base = `${config.publicUrl}/mcp`
      const targets = Object.keys(config.targets).map((id) => `${base}/${id}`)
      return identify.identifyAnywhere(token, [base, ...targets])
    },
  }
}

/** Persons and sessions are named to the log as commitments, clients and token ids in clear. */
function aboutOf({ by, issuer, value }: Revocation): AboutPerson | undefined {
  switch (by) {
    case 'subject':
      return { issuer, subject: value }
    case 'sid':
      return { issuer, session: value }
    case 'client':
    case 'jti':
    case 'grant':
      return undefined
  }
}
