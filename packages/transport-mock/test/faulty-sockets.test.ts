import { conformanceTests } from '@winport/transport/conformance'
import { describe, expect, it } from 'vitest'
import { conformanceFailures } from './conformance-failures.js'
import { adoptionFaults } from './faults/adoption-faults.js'
import { bindFaults } from './faults/bind-faults.js'
import { controlCallFaults } from './faults/control-call-faults.js'
import { legacyFaults } from './faults/legacy-faults.js'
import { lifetimeFaults } from './faults/lifetime-faults.js'
import { pendingCallFaults } from './faults/pending-call-faults.js'
import { persistentFaults } from './faults/persistent-faults.js'
import { faultyCalls } from './faulty-transport.js'
import { itNotices } from './it-notices.js'

describe('the conformance suite notices a backend in which', () => {
  describe('bind:', () => itNotices(bindFaults))
  describe('adoption:', () => itNotices(adoptionFaults, { avoidHostPorts: true }))
  describe('persistent reservations:', () => itNotices(persistentFaults))
  describe('before Windows Vista:', () => itNotices(legacyFaults, { legacy: true }))
})

it.each([false, true])('a backend with nothing wrong passes through the same wrapper (legacy: %s)', async (legacy) => {
  expect(await conformanceFailures(faultyCalls(undefined, {}), { legacy, avoidHostPorts: true })).toEqual([])
})

it('every behaviour of the reference is broken by some of these faults', () => {
  const faults = [
    controlCallFaults,
    pendingCallFaults,
    lifetimeFaults,
    bindFaults,
    adoptionFaults,
    persistentFaults,
    legacyFaults,
  ]
  const broken = new Set(faults.flat().flatMap(([, behaviours]) => behaviours))
  expect(new Set(conformanceTests.map(({ behaviour }) => behaviour))).toEqual(broken)
})
