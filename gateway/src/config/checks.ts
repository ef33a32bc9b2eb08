// Rules over several settings at once. They run on the tree as read, beside the schema, so that one mistake
// does not hide another; a value of the wrong type is the schema's to report and is passed over here.
import { skeletonOf } from '../catalogue/names.ts'
import { isLoopback } from './addresses.ts'
import { finding } from './finding.ts'
import type { Finding, PathKey } from './problem.ts'
import type { Tree } from './read-yaml.ts'
import { memberOf } from './schema-node.ts'

export function checkTogether(tree: Tree): readonly Finding[] {
  return [
    ...checkListeners(tree),
    ...checkIssuers(tree),
    ...checkTargets(tree),
    ...checkOperators(tree),
    ...checkLimits(tree),
  ]
}

function checkListeners(tree: Tree): Finding[] {
  const listen = memberOf(tree.value, 'listen')
  const host = memberOf(listen, 'host') ?? '127.0.0.1'
  const plain = memberOf(listen, 'tls') === undefined
  const findings: Finding[] = []
  if (typeof host === 'string' && !isLoopback(host) && plain) {
    findings.push(
      finding(tree, ['listen', 'host'], {
        code: 'config.insecure',
        message: 'plain http is served on an address that is not loopback',
        expected: '`tls` with certificate and key, or a loopback address',
        fix: 'add `listen.tls: { certificate: { file: … }, key: { file: … } }`, or listen on `127.0.0.1`',
      }),
    )
  }
  const operations = memberOf(tree.value, 'operations')
  const operationsHost = memberOf(operations, 'host') ?? '127.0.0.1'
  const port = memberOf(listen, 'port') ?? 8443
  const operationsPort = memberOf(operations, 'port') ?? 9464
  if (port !== 0 && port === operationsPort && host === operationsHost) {
    findings.push(
      finding(tree, ['operations', 'port'], {
        code: 'config.conflict',
        message: '`listen` and `operations` use the same address and port',
        expected: 'another port than `listen.port`',
        fix: 'change `operations.port`',
      }),
    )
  }
  return findings
}

function checkIssuers(tree: Tree): Finding[] {
  const issuers = memberOf(memberOf(tree.value, 'authorization'), 'issuers')
  if (!Array.isArray(issuers)) return []
  const seen = new Set<unknown>()
  return issuers.flatMap((settings: unknown, index) => {
    const path = ['authorization', 'issuers', index]
    const issuer = memberOf(settings, 'issuer')
    const findings = [
      ...checkPlainHttp(tree, path, settings, 'issuer', 'allowInsecureIssuer'),
      ...checkPlainHttp(tree, path, settings, 'jwksUri', 'allowInsecureIssuer'),
      ...checkAudienceFrom(tree, path, settings),
    ]
    if (typeof issuer === 'string' && seen.has(issuer)) {
      findings.push(
        finding(tree, [...path, 'issuer'], {
          code: 'config.conflict',
          message: 'the issuer is listed twice',
          expected: 'each issuer once',
          fix: 'merge the two entries',
        }),
      )
    }
    seen.add(issuer)
    return findings
  })
}

/** The slice says the same, but only once everything else in it is right. */
function checkAudienceFrom(tree: Tree, path: readonly PathKey[], settings: unknown): Finding[] {
  if (memberOf(settings, 'audienceFrom') !== 'client_id') return []
  const clients = memberOf(settings, 'clients') ?? []
  const findings: Finding[] = []
  if (memberOf(settings, 'profile') !== 'cognito') {
    findings.push(
      finding(tree, [...path, 'audienceFrom'], {
        code: 'config.conflict',
        message: '`audienceFrom: client_id` is for the profile `cognito` alone',
        expected: '`aud`',
        fix: 'remove it, and let the issuer put the resource into `aud`',
      }),
    )
  }
  if (Array.isArray(clients) && clients.length === 0) {
    findings.push(
      finding(tree, [...path, 'clients'], {
        code: 'config.insecure',
        message: '`audienceFrom: client_id` would accept tokens of every client',
        expected: 'the client ids that are accepted in place of an audience',
        fix: 'add `clients: [<client id>]`',
      }),
    )
  }
  return findings
}

/** Without such a tag nobody would have a role, and every order that needs one would be refused. */
function checkOperators(tree: Tree): Finding[] {
  const operators = memberOf(tree.value, 'operators')
  const issuers = memberOf(memberOf(tree.value, 'authorization'), 'issuers')
  if (operators === undefined || !Array.isArray(issuers)) return []
  const written = memberOf(operators, 'claim')
  const claim = written ?? 'groups'
  if (typeof claim !== 'string') return []
  const has = issuers.some((issuer) => memberOf(memberOf(issuer, 'tags'), claim) !== undefined)
  if (has) return []
  return [
    finding(tree, written === undefined ? ['operators'] : ['operators', 'claim'], {
      code: 'config.conflict',
      message: `no issuer has a tag \`${claim}\`, so nobody would have a role`,
      expected: 'a tag of an issuer',
      fix: `add \`tags: { ${claim}: <claim> }\` to the issuer, or name another tag in \`claim\``,
    }),
  ]
}

function checkTargets(tree: Tree): Finding[] {
  const targets = memberOf(tree.value, 'targets')
  if (typeof targets !== 'object' || targets === null || Array.isArray(targets)) return []
  const seen = new Map<string, string>()
  // M-13: policies, records and lists name targets by these.
  const looks = new Map<string, string>()
  return Object.keys(targets).flatMap((id) => {
    const path = ['targets', id]
    const settings = memberOf(targets, id)
    const findings = [
      ...checkPlainHttp(tree, path, settings, 'url', 'allowInsecureTarget'),
      ...checkDescriptions(tree, path, settings),
    ]
    const twin = seen.get(id.toLowerCase())
    const double = looks.get(skeletonOf(id))
    if (twin !== undefined || double !== undefined) {
      findings.push(
        finding(tree, path, {
          code: 'config.conflict',
          message:
            twin === undefined
              ? `the target ids \`${double}\` and \`${id}\` look alike`
              : `the target ids \`${twin}\` and \`${id}\` differ in case alone`,
          expected:
            twin === undefined
              ? 'ids that nobody can take for one another'
              : 'ids that differ when case is ignored',
          fix: 'rename one of them',
        }),
      )
    }
    seen.set(id.toLowerCase(), id)
    looks.set(skeletonOf(id), id)
    return findings
  })
}

/** Clients never see the reading of resources by itself: nobody would read such words. */
function checkDescriptions(tree: Tree, path: readonly PathKey[], settings: unknown): Finding[] {
  const reading = memberOf(memberOf(settings, 'tools'), 'resource:read')
  if (memberOf(reading, 'description') === undefined) return []
  return [
    finding(tree, [...path, 'tools', 'resource:read', 'description'], {
      code: 'config.conflict',
      message: '`resource:read` has no description that anybody sees',
      expected: 'a description of a tool, or of a prompt (`prompt:<name>`)',
      fix: 'remove it; `instructions` of the target tell clients about all of it',
    }),
  ]
}

function checkPlainHttp(
  tree: Tree,
  path: readonly PathKey[],
  settings: unknown,
  key: string,
  relaxation: string,
): Finding[] {
  const url = memberOf(settings, key)
  if (typeof url !== 'string' || !/^http:/i.test(url)) return []
  if (memberOf(settings, relaxation) === true) return []
  return [
    finding(tree, [...path, key], {
      code: 'config.insecure',
      message: `\`${key}\` is plain http`,
      expected: `an https URL, or \`${relaxation}: true\` beside it`,
      fix: `use https; for development write \`${relaxation}: true\``,
    }),
  ]
}

function checkLimits(tree: Tree): Finding[] {
  const limits = memberOf(tree.value, 'limits')
  const all = memberOf(limits, 'connections') ?? 1000
  const one = memberOf(limits, 'connectionsPerAddress') ?? 256
  if (typeof all !== 'number' || typeof one !== 'number' || one <= all) return []
  return [
    finding(
      tree,
      [
        'limits',
        memberOf(limits, 'connections') === undefined ? 'connectionsPerAddress' : 'connections',
      ],
      {
        code: 'config.conflict',
        message: 'one address may open more connections than all together',
        expected: '`connectionsPerAddress` not above `connections`',
        fix: 'raise `limits.connections`, or lower `limits.connectionsPerAddress`',
      },
    ),
  ]
}
