import { defineConfig } from 'vitest/config'

// Tests with parts that have to be installed: `npm run test:peers` (clients, front ends) and `npm run conformance`. Not
// part of `npm test`.
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/peers/**/*.peers.ts'],
    testTimeout: 300_000,
    hookTimeout: 60_000,
    // One after the other: a gateway that the tests themselves kept from its work would shed the clients' calls.
    fileParallelism: false,
    // What is met is named: each part with its version.
    reporters: [['default', { summary: false }]],
  },
})
