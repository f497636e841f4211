import { defineConfig } from 'vitest/config'

// One configuration for every package: each runs `vitest run --config ../../vitest.config.ts` in its own folder.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', 'json'],
    outputFile: { json: 'reports/vitest.json' },
    testTimeout: 20_000,
  },
})
