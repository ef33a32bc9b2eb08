import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// What the processes and threads that tests start have compiled is kept from run to run; where coverage is measured,
// Node counts what it compiled itself.
if (!process.argv.includes('--coverage')) {
  process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
    new URL('node_modules/.cache/compiled', import.meta.url),
  )
}

// It freezes what every object of its process inherits from.
const FREEZES = 'test/attacks/P-06.test.ts'
const SETUP = ['test/support/same-cases.ts']

// Projects: `unit` mirrors the sources of each workspace, `whole` starts the gateway and talks to it
// over sockets, `frozen` does so in a process of its own, `corpus` runs public test vectors that lie beside the repository (see CONTRIBUTING.md).
export default defineConfig({
  test: {
    // Every core: most of a test is waiting for sockets, disks and processes of its own.
    maxWorkers: '100%',
    // A worker loads the gateway once for all of its files, as one process has one generation after the other.
    isolate: false,
    projects: [
      {
        test: {
          name: 'unit',
          setupFiles: SETUP,
          include: ['{gateway,cli,sample,bench}/test/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'whole',
          setupFiles: SETUP,
          include: ['test/**/*.test.ts'],
          exclude: ['test/corpus/**', FREEZES],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'frozen',
          setupFiles: SETUP,
          include: [FREEZES],
          isolate: true,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'corpus',
          setupFiles: SETUP,
          include: ['test/corpus/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['gateway/src/**/*.ts'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: {
        branches: 90,
        'gateway/src/{identify,authorize,oauth,out}/**': { branches: 100 },
      },
    },
  },
})
