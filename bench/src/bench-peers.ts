// `npm run bench:peers [-- --only envoy,…] [-- --requests N] [-- --passes N] [-- --json FILE] [-- --note TEXT]`: gateways
// that others wrote, doing the same job as this one in the same run: a call of 300 B, an RS256 token by the issuer's
// keys, a rule per tool. They are installed into a folder outside the checkout; one that does not install, or does not
// do the job, is named with its reason. Writes docs/reports/bench-peers.json and .md.
import { parseArgs } from 'node:util'
import { BARE } from './contestants.ts'
import { measurePeers } from './peers/measure.ts'
import { PEERS } from './peers/peers.ts'
import { addToReport } from './written-report.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    requests: { type: 'string', default: '20000' },
    passes: { type: 'string', default: '3' },
    json: { type: 'string', default: 'docs/reports/bench-peers.json' },
    note: { type: 'string' },
  },
})
const wanted = values.only?.toLowerCase().split(',')
const peers = PEERS.filter(({ name }) =>
  (wanted ?? [name]).some((word) => name.toLowerCase().includes(word.toLowerCase())),
)
if (peers.length === 0) {
  throw new Error(`\`--only\`: expected some of ${PEERS.map(({ name }) => name).join(', ')}`)
}
const findings = await measurePeers(peers, {
  requests: Number(values.requests),
  passes: Math.max(3, Number(values.passes)),
})
const writing = {
  title: 'Other gateways',
  file: values.json,
  order: ['peers'],
  note: values.note,
}
addToReport(writing, 'peers', { title: `Beside others, × ${BARE}`, ...findings })
