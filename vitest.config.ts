import { defineConfig } from 'vitest/config'

// One configuration for every package: each runs `vitest run --config ../../vitest.config.ts` in its own folder.
const variant = process.env['WINPORT_WINDOWS']

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', 'json'],
    // The matrix runs suites several times, once for each variant of Windows.
    outputFile: { json: variant === undefined ? 'reports/vitest.json' : `reports/vitest-${variant}.json` },
    // Only a test that hangs reaches these limits: a busy machine prolongs every test.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
})
