import { conformanceTests, hasIPv6 } from '@winport/transport/conformance'
import { describe, expect, it } from 'vitest'
import { conformanceFailures } from './conformance-failures.js'
import { adoptionFaults } from './faults/adoption-faults.js'
import { bindFaults } from './faults/bind-faults.js'
import { controlCallFaults } from './faults/control-call-faults.js'
import { dualStackFaults } from './faults/dual-stack-faults.js'
import { legacyFaults } from './faults/legacy-faults.js'
import { lifetimeFaults } from './faults/lifetime-faults.js'
import { pendingCallFaults } from './faults/pending-call-faults.js'
import { persistentFaults } from './faults/persistent-faults.js'
import { requestFaults } from './faults/request-faults.js'
import { sharedPortFaults } from './faults/shared-port-faults.js'
import { faultyCalls } from './faulty-transport.js'
import { itNotices } from './it-notices.js'

describe('the conformance suite notices a backend in which', () => {
  describe('bind:', () => itNotices(bindFaults))
  describe('shared ports:', () => itNotices(sharedPortFaults, { avoidHostPorts: true }))
  if (hasIPv6()) describe('IPv6:', () => itNotices(dualStackFaults, { avoidHostPorts: true }))
  describe('adoption:', () => itNotices(adoptionFaults, { avoidHostPorts: true }))
  describe('persistent reservations:', () => itNotices(persistentFaults))
  describe('before Windows Vista:', () => itNotices(legacyFaults, { legacy: true }))
})

it.each([false, true])('a backend without a fault passes in the same wrapper (legacy: %s)', async (legacy) => {
  expect(await conformanceFailures(faultyCalls(undefined, {}), { legacy, avoidHostPorts: true })).toEqual([])
})

const ALL_FAULTS = [
  controlCallFaults,
  requestFaults,
  pendingCallFaults,
  lifetimeFaults,
  bindFaults,
  sharedPortFaults,
  dualStackFaults,
  adoptionFaults,
  persistentFaults,
  legacyFaults,
].flat()

it('some fault breaks every conformance test', () => {
  const broken = new Set(ALL_FAULTS.flatMap(([, named]) => named))
  const unbroken = conformanceTests.filter(({ number, title }) => !broken.has(number) && !broken.has(title))
  expect(unbroken.map(({ number, title }) => `${number} ${title}`)).toEqual([])
})

it('every test that a fault names exists', () => {
  const tests = new Set(conformanceTests.flatMap(({ number, title }) => [number, title]))
  expect(ALL_FAULTS.flatMap(([, named]) => named).filter((named) => !tests.has(named))).toEqual([])
})
