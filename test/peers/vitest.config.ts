import { defineConfig } from 'vitest/config'

// Tests behind servers that have to be installed (haproxy, nginx): not part of `npm test`. From the root:
// `npx vitest run --config test/peers/vitest.config.ts`.
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/peers/**/*.peers.ts'],
    testTimeout: 300_000,
    hookTimeout: 60_000,
  },
})
