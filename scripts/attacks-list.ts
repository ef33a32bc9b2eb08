// `npm run attacks:list`: compares the catalogue (docs/attacks.md) with test/attacks. Fails where a row has no
// test, a test has no row, a title does not begin with its id, no test is a benign control, or a row has
// neither a patch that takes its defence away nor a stated reason.
import './assert-node.ts'
import { readCatalogue, readTests, readUnproven } from './attack-catalogue.ts'

const rows = readCatalogue()
const tests = new Map(readTests().map((test) => [test.id, test]))
const unproven = readUnproven()
const problems: string[] = []

for (const row of rows) {
  const test = tests.get(row.id)
  if (!test) {
    problems.push(`${row.id} has no test: expected test/attacks/${row.id}.test.ts`)
    continue
  }
  if (test.titles.length === 0) problems.push(`${test.file} holds no test`)
  for (const title of test.titles) {
    if (!title.startsWith(`${row.id} `))
      problems.push(`${test.file}: title does not begin with ${row.id}: ${title}`)
  }
  if (!test.titles.some((title) => title.includes('control:'))) {
    problems.push(`${test.file} has no benign control (a title with "control:")`)
  }
  if (test.patch === undefined && unproven[row.id] === undefined) {
    problems.push(`${row.id} has neither a patch nor a reason in test/attacks/unproven.json`)
  }
  if (test.patch !== undefined && unproven[row.id] !== undefined) {
    problems.push(`${row.id} has a patch and stands in test/attacks/unproven.json as well`)
  }
}
const known = new Set(rows.map((row) => row.id))
for (const id of [...tests.keys(), ...Object.keys(unproven)]) {
  if (!known.has(id)) problems.push(`${id} is not in docs/attacks.md`)
}

for (const row of rows) {
  const test = tests.get(row.id)
  const proof = test?.patch ? 'patch' : unproven[row.id] ? 'reason' : '-'
  process.stdout.write(
    `${row.id}  ${String(test?.titles.length ?? 0).padStart(2)} tests  ${proof.padEnd(6)}  ${row.attack}\n`,
  )
}
for (const problem of problems) process.stdout.write(`problem: ${problem}\n`)
process.stdout.write(`${rows.length} rows, ${tests.size} with tests, ${problems.length} problems\n`)
process.exit(problems.length === 0 && rows.length > 0 ? 0 : 1)
