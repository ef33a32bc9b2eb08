import { defineConfig } from 'vitest/config'

// Tests with parts that have to be installed: `npm run test:peers` (clients, front ends) and `npm run conformance`. Not
// part of `npm test`.
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/peers/**/*.peers.ts'],
    testTimeout: 300_000,
    hookTimeout: 60_000,
    // Every core: most of a test is waiting for programs of others.
    maxWorkers: '100%',
    // What is met is named: each part with its version.
    reporters: [['default', { summary: false }]],
  },
})
