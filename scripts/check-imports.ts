// Checks who may import whom (ARCHITECTURE.md, "Who may know whom") with dependency-cruiser.
// It fails when a rule is broken, and also when the tool read too little: a parser that finds no modules
// would otherwise pass in silence.
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import { globSync } from 'node:fs'
import { importRules } from './import-rules.ts'

const ROOTS = ['gateway/src', 'cli/src', 'sample/src', 'bench/src']
const MINIMUM_SHARE = 0.9

const written = ROOTS.flatMap((root) => globSync(`${root}/**/*.ts`))
const { output } = await cruise(ROOTS, {
  ruleSet: importRules,
  validate: true,
  parser: 'swc',
  tsPreCompilationDeps: true,
  doNotFollow: { path: 'node_modules' },
  enhancedResolveOptions: {
    exportsFields: ['exports'],
    conditionNames: ['import', 'node', 'types'],
  },
})
const result = output as ICruiseResult
const seen = new Set(result.modules.map((module) => module.source))
const missed = written.filter((file) => !seen.has(file))
const arrows = result.modules.reduce((sum, module) => sum + module.dependencies.length, 0)

for (const { rule, from, to } of result.summary.violations) {
  process.stdout.write(`${rule.severity} ${rule.name}: ${from} → ${to}\n`)
}
if (missed.length > written.length * (1 - MINIMUM_SHARE) || arrows < written.length) {
  process.stdout.write(
    `read ${seen.size} modules and ${arrows} imports of ${written.length} files: too few to judge\n`,
  )
  process.exit(1)
}
process.stdout.write(
  `${written.length - missed.length} of ${written.length} files, ${arrows} imports, ${result.summary.violations.length} violations\n`,
)
process.exit(result.summary.violations.length === 0 ? 0 : 1)
