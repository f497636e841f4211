import { describe } from 'vitest'
import { controlCallFaults } from './faults/control-call-faults.js'
import { lifetimeFaults } from './faults/lifetime-faults.js'
import { pendingCallFaults } from './faults/pending-call-faults.js'
import { requestFaults } from './faults/request-faults.js'
import { itNotices } from './it-notices.js'

// These tests, and those of faulty-sockets.test.ts, prove that the conformance suite can fail.
describe('the conformance suite notices a backend in which', () => {
  describe('control calls:', () => itNotices(controlCallFaults))
  describe('requests:', () => itNotices(requestFaults))
  describe('pending calls:', () => itNotices(pendingCallFaults))
  describe('lifetimes:', () => itNotices(lifetimeFaults))
})
