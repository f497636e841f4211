import { defineConformanceTests } from '@winport/transport/conformance'
import { describe, it } from 'vitest'
import { legacyTarget, modernTarget } from './mock-target.js'

defineConformanceTests({ describe, it }, modernTarget)
defineConformanceTests({ describe, it }, legacyTarget)
