// The direction of imports, as rules for dependency-cruiser. What is not allowed is an error.
import type { DependencyType, IFlattenedRuleSet, IForbiddenRuleType } from 'dependency-cruiser'

const G = '^gateway/src'
const stages = ['in', 'identify', 'authorize', 'credential', 'call', 'out', 'audit'] as const
const vocabulary = `${G}/(refusal|fault|answers)\\.ts$|${G}/(json|oauth|net|observe|secrets|system)/`
/** Product leaf files that a stage consumes as a type. */
const consumed: Record<(typeof stages)[number], string> = {
  in: '(catalogue/entry)',
  identify: '(in/inbound)',
  authorize: '(identify/identity|in/inbound|catalogue/entry)',
  credential: '(authorize/permit|catalogue/entry)',
  call: '(authorize/permit|credential/credential|catalogue/entry)',
  out: '(in/inbound|call/outcome)',
  audit: '(authorize/permit|credential/credential|call/outcome|identify/identity)',
}
const doors: Record<string, string> = {
  '@cedar-policy/': `${G}/authorize/`,
  undici: `${G}/net/`,
  hono: `${G}/admin/`,
  '@hono/': `${G}/admin/`,
  oauth4webapi: `${G}/oauth/`,
  pino: `${G}/observe/`,
  yaml: `${G}/config/`,
  'ipaddr\\.js': `${G}/net/`,
}

const TYPE_ONLY: DependencyType[] = ['type-only']

export const importRules: IFlattenedRuleSet = {
  forbidden: [
    {
      name: 'no-cycle',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'only-app-and-pipeline-compose',
      comment: 'nobody but the entry imports the composition',
      severity: 'error',
      from: {
        path: G,
        pathNot: `${G}/(app|main|pipeline|answering|asked|carry-out|listen|listing|searching|exchange|old-era|generation|reload|shared|observe-exchange|operator-parts|housekeeping|drain|configured-parts)\\.ts$`,
      },
      to: {
        path: `${G}/(app|main|pipeline|answering|asked|carry-out|listen|listing|searching|exchange|old-era)\\.ts$`,
      },
    },
    ...stages.map((stage): IForbiddenRuleType => ({
      name: `stage-${stage}`,
      comment: `${stage}/ imports itself, the vocabulary, and the type of the product that it consumes`,
      severity: 'error',
      from: { path: `${G}/${stage}/` },
      to: {
        path: '^(gateway|cli|sample|bench|test|scripts)/',
        pathNot: `${G}/${stage}/|${vocabulary}|${G}/${consumed[stage]}\\.ts$|${G}/store/store\\.ts$|${G}/config/[a-z-]+\\.ts$`,
      },
    })),
    {
      name: 'products-are-types-elsewhere',
      comment: 'only the own stage constructs a product: others import it as a type',
      severity: 'error',
      from: { path: G, pathNot: `${G}/(in|identify|authorize|credential|call)/` },
      to: {
        path: `${G}/(in/inbound|identify/identity|authorize/permit)\\.ts$`,
        dependencyTypesNot: TYPE_ONLY,
      },
    },
    ...[
      ['in', 'inbound'],
      ['identify', 'identity'],
      ['authorize', 'permit'],
    ].map(([stage, product]): IForbiddenRuleType => ({
      name: `only-${stage}-makes-${product}`,
      severity: 'error',
      from: { path: `${G}/(in|identify|authorize|credential|call)/`, pathNot: `${G}/${stage}/` },
      to: { path: `${G}/${stage}/${product}\\.ts$`, dependencyTypesNot: TYPE_ONLY },
    })),
    {
      name: 'config-and-store-are-types-in-stages',
      severity: 'error',
      from: { path: `${G}/(${stages.join('|')})/` },
      to: { path: `${G}/(config|store)/`, dependencyTypesNot: TYPE_ONLY },
    },
    {
      name: 'vocabulary-knows-nobody',
      comment: 'oauth, system and json import nothing of ours but each other’s absence',
      severity: 'error',
      from: { path: `${G}/(oauth|system|json)/` },
      to: { path: '^(gateway|cli|sample|bench)/', pathNot: `${G}/(oauth|system|json)/` },
    },
    ...Object.entries(doors).map(([dependency, door]): IForbiddenRuleType => ({
      name: `door-${dependency.replaceAll(/[^a-z]/g, '')}`,
      comment: `${dependency} is imported by one folder of the gateway`,
      severity: 'error',
      from: { path: G, pathNot: door },
      to: { path: `node_modules/${dependency}` },
    })),
    {
      name: 'door-sqlite',
      severity: 'error',
      from: { path: G, pathNot: `${G}/store/sqlite/` },
      to: { path: '^(node:)?sqlite$' },
    },
    {
      name: 'gateway-knows-no-other-workspace',
      severity: 'error',
      from: { path: '^gateway/' },
      to: { path: '^(cli|sample|bench|test|scripts)/' },
    },
    {
      name: 'sample-knows-no-other-workspace',
      severity: 'error',
      from: { path: '^sample/' },
      to: { path: '^(gateway|cli|bench|test|scripts)/' },
    },
    {
      name: 'bench-knows-sample-alone',
      severity: 'error',
      from: { path: '^bench/' },
      to: { path: '^(gateway|cli|test|scripts)/' },
    },
    {
      name: 'no-development-dependency-at-run-time',
      severity: 'error',
      from: { path: '^(gateway|cli)/src' },
      to: {
        pathNot: '^(gateway|sample)/src/',
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'],
      },
    },
  ],
}
