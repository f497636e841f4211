import { mkdirSync, writeFileSync } from 'node:fs'
import { defineConformanceTests, formatConformanceReport } from '@winport/transport/conformance'
import { afterAll, describe, it } from 'vitest'
import { legacyTarget, modernTarget } from './mock-target.js'

const reports = [modernTarget, legacyTarget].map((target) => defineConformanceTests({ describe, it }, target))

afterAll(() => {
  mkdirSync('reports', { recursive: true })
  writeFileSync('reports/conformance.txt', reports.map(formatConformanceReport).join('\n\n'))
})
