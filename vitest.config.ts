import { defineConfig } from 'vitest/config'

// One configuration for every package: each runs `vitest run --config ../../vitest.config.ts` in its own folder.
const variant = process.env['WINPORT_WINDOWS']

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', 'json'],
    // The matrix runs suites several times, once for each variant of Windows.
    outputFile: { json: variant === undefined ? 'reports/vitest.json' : `reports/vitest-${variant}.json` },
    testTimeout: 20_000,
  },
})
