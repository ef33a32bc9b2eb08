import { defineConfig } from 'vitest/config'
import { CellReporter } from './cell-reporter.ts'

// The era matrix starts processes and takes minutes, and makes docs/eras.md: `npm run eras`, not part of `npm test`.
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/eras/*.cells.ts'],
    reporters: ['default', new CellReporter()],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
