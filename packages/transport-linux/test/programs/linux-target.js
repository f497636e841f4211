// The conformance target of Linux: a machine without persistent reservations, whose answers are all known.
import { readFileSync } from 'node:fs'
import { DEFAULT_WORLD } from '@winport/transport/backend'
import { ForkedProcess, hasIPv6 } from '@winport/transport/conformance'
import { createLinuxTransport } from '../../dist/index.js'
import { addon } from './addon.js'

const [from, to] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').trim().split(/\s+/).map(Number)

export const linuxWorld = {
  ...DEFAULT_WORLD,
  wildcardRefused: 'WSAENOBUFS',
  rangeTaken: 'WSAEADDRINUSE',
  blockExhausted: 'WSAENOBUFS',
  blockPortInUse: 'WSAEADDRINUSE',
  portOutsideBlock: 'WSAEINVAL',
  runtimePortRefused: 'WSAEADDRINUSE',
  unknownToken: 'WSAEINVAL',
  foreignToken: 'WSAEINVAL',
  endedToken: 'WSAEINVAL',
  boundSocketAssociated: 'WSAEINVAL',
  bindAfterEnd: 'WSAEINVAL',
  blockServed: 'at-once',
  tokenServes: 'both-families',
  familyPools: 'one',
  releaseWhileBound: 'success',
  releaseThroughOther: 'success',
  overlappedCall: 'at-once',
  bytesReturned: 0,
  wildcardPlace: from <= 1024 && to === 65_535 ? 'dynamic-range' : 'above-1023',
  portOrder: 'next',
  acquireOnBound: 'success',
  secondAcquire: 'success',
}

const program = new URL('second-process.js', import.meta.url)

const FEATURES = ['runtime-reservations', 'other-process', 'leftovers', 'posix-ports']

/** @param name the user or the machine, for the report */
export function linuxTarget(name) {
  return {
    name: `the linux backend ${name}`,
    features: new Set([...FEATURES, ...(hasIPv6() ? ['ipv6'] : [])]),
    world: linuxWorld,
    openMachine: () => {
      const processes = []
      const [socketsBefore, holdsBefore] = addon.counts()
      return {
        windowsBuild: 0,
        dynamicRange: { startPort: from, count: to - from + 1 },
        openTransport: () => createLinuxTransport(),
        openProcess: async ({ isNew = false } = {}) => {
          const opened = await ForkedProcess.start(program, [], { reuse: !isNew })
          processes.push(opened)
          return opened
        },
        leftovers: () => {
          const [sockets, holds] = addon.counts()
          return { sockets: sockets - socketsBefore, reservations: holds - holdsBefore }
        },
        [Symbol.asyncDispose]: async () => {
          for (const opened of processes) await opened[Symbol.asyncDispose]()
        },
      }
    },
  }
}
