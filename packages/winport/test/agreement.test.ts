import type { Transport } from '@winport/transport'
import { WORLD_ANSWERS, type World } from '@winport/transport/backend'
import { hasIPv6 } from '@winport/transport/conformance'
import type { WinsockLibraries } from '@winport/transport/native'
import { createKoffiTransport } from '@winport/transport-koffi'
import { MockKernel } from '@winport/transport-mock'
import { createNapiTransport } from '@winport/transport-napi'
import { FIXED_PORTS, leaseFixedPorts, leasePorts } from '@winport/windows'
import { simulatorLibraries, WinsockSimulator } from '@winport/winsock-simulator'
import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  boolean,
  constant,
  constantFrom,
  integer,
  nat,
  oneof,
  record,
  tuple,
} from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { type Command, Machine, type Outcome } from './simulated-machine.js'

// Each implementation runs the same commands and must return the same ports, counts and errors.

const LAST = await leaseFixedPorts(FIXED_PORTS.lastPorts)
/** The commands also use two ports on either side of the dynamic range. */
const LEASE = await leasePorts(68)
const RANGE = { startPort: LEASE.startPort + 2, count: 64 }

const simulator = new WinsockSimulator('agreement', RANGE)
afterAll(() => simulator.destroy())

const CALLS = ['open', 'acquire', 'associate', 'bind', 'localAddress', 'release', 'close'] as const
const RARE_CALLS = ['create', 'lookup', 'delete', 'exclude', 'reboot'] as const

/** Ports in and around the dynamic range, the highest ports, 0, and often the same port, so that commands collide. */
const startPort = oneof(
  constant(0),
  { weight: 2, arbitrary: constant(RANGE.startPort + 1) },
  integer({ min: RANGE.startPort - 2, max: RANGE.startPort + RANGE.count + 1 }),
  integer({ min: LAST.startPort + LAST.count - 6, max: 65_535 }),
)

const command: Arbitrary<Omit<Command, 'anyAddress'>> = record({
  call: oneof(
    { weight: 6, arbitrary: constantFrom(...CALLS) },
    { weight: 3, arbitrary: constantFrom('open', 'bind') },
    { weight: 1, arbitrary: constantFrom(...RARE_CALLS) },
  ),
  protocol: constantFrom('tcp', 'udp'),
  family: hasIPv6() ? constantFrom('ipv4', 'ipv6') : constant('ipv4'),
  socket: nat(7),
  token: nat(7),
  startPort,
  count: constantFrom(0, 1, 1, 2, 3, 5, 20, 64, 65),
  overlapped: boolean(),
  mappedAddress: boolean(),
  reuseAddr: boolean(),
  ipv6Only: boolean(),
  exclusiveAddressUse: boolean(),
})

/** Two answers cannot be compared: a random order, and wildcards on ports that other tests use for real. */
const { wildcardPlace: _elsewhere, ...answers } = WORLD_ANSWERS
const COMPARABLE = { ...answers, portOrder: ['lowest', 'next'] }

const world: Arbitrary<Partial<World>> = record(
  Object.fromEntries(Object.entries(COMPARABLE).map(([point, answers]) => [point, constantFrom(...answers)])),
  { requiredKeys: [] },
)

const mostlyElevated = oneof({ weight: 4, arbitrary: constant(true) }, { weight: 1, arbitrary: constant(false) })

const NATIVE: Readonly<Record<string, (options: { libraries: WinsockLibraries }) => Transport>> = {
  koffi: createKoffiTransport,
  napi: createNapiTransport,
}

/** The outcomes of the commands on the simulator, after a reset. */
async function onSimulator(
  backend: string,
  world: Partial<World>,
  elevated: boolean,
  commands: readonly Command[],
): Promise<readonly Outcome[]> {
  simulator.reset()
  simulator.setWorld(world)
  simulator.setElevated(elevated)
  const transport = NATIVE[backend]?.({ libraries: simulatorLibraries })
  if (transport === undefined) throw new Error(`there is no backend ${backend}`)
  await using machine = new Machine(transport, {
    exclude: ({ protocol, startPort, count }) => simulator.addExclusion(protocol, startPort, count),
    reboot: () => simulator.reboot(),
  })
  return await machine.runAll(commands)
}

async function onMock(
  world: Partial<World>,
  elevated: boolean,
  commands: readonly Command[],
): Promise<readonly Outcome[]> {
  const kernel = new MockKernel({ dynamicRange: RANGE, world })
  await using machine = new Machine(kernel.openTransport({ elevated }), {
    exclude: (range) => kernel.addExclusion(range),
    reboot: () => kernel.reboot(),
  })
  return await machine.runAll(commands)
}

it.each([
  ['the default world', constant({}), 500],
  ['any world', world, 500],
])('the mock, koffi and napi give the same outcome for each command in %s', async (...row) => {
  const [, worlds, numRuns] = row
  // The conformance suite has wildcards beside addresses of the same port. Linux, below the simulator, refuses some that Windows allows.
  const steps = tuple(array(command, { minLength: 5, maxLength: 60, size: 'max' }), boolean()).map(
    ([commands, anyAddress]) => commands.map((step) => ({ ...step, anyAddress })),
  )
  await assert(
    asyncProperty(worlds, mostlyElevated, steps, async (world, elevated, commands) => {
      const expected = await onMock(world, elevated, commands)
      for (const backend of Object.keys(NATIVE)) {
        const actual = await onSimulator(backend, world, elevated, commands)
        for (const [index, step] of commands.entries()) {
          expect(actual[index], `${backend}, step ${index}: ${JSON.stringify(step)}`).toEqual(expected[index])
        }
      }
    }),
    { numRuns },
  )
})
