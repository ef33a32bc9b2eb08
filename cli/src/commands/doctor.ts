// `sallyport doctor`: looks at everything that a gateway needs, from this machine: each with its state, what was seen and
// what to do. A gateway that runs is asked over its socket; without one all but its own words is looked at. Ends with 65
// where something is wrong; warnings are told and end with 0.
import type { Finding } from '@sallyport/gateway/doctor/finding.ts'
import packageJson from '../../package.json' with { type: 'json' }
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { findingText, summaryText } from '../gateway/show-doctor.ts'
import { runningGateway } from '../gateway/running-gateway.ts'
import { loadChecked } from '../gateway/load-checked.ts'
import { DEFAULT_CONFIG } from '../gateway/state-folder.ts'
import { jsonText } from '../terminal/exact-json.ts'

export const doctor: Command<{ readonly config: string }> = {
  examples: ['sallyport doctor', 'sallyport doctor --config /etc/sallyport/sallyport.yaml --json'],
  define: (command) => {
    command.option('--config <file>', 'configuration file', DEFAULT_CONFIG)
  },
  run: async ({ options, terminal, json }) => {
    const { config } = await loadChecked(options.config, terminal)
    const { examine } = await import('@sallyport/gateway/doctor/doctor.ts')
    const running = await runningGateway(config.stateFolder)
    const { environment } = terminal
    const { version } = packageJson
    const found: Finding[] = []
    const parts = { environment, running, version, node: process.versions.node }
    for await (const finding of examine(config, parts)) {
      found.push(finding)
      if (!json) terminal.out(findingText(finding, terminal))
    }
    const wrong = found.some(({ state }) => state === 'wrong')
    if (json) {
      const all = { ok: !wrong, gateway: running === undefined ? 'not running' : 'running', found }
      terminal.out(`${jsonText(all)}\n`)
    } else terminal.out(summaryText(found, running !== undefined))
    return exitCode(wrong ? 'findings' : 'ok')
  },
}
