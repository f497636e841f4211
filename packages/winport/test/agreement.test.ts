import { createKoffiTransport } from '@winport/transport-koffi'
import { MockKernel } from '@winport/transport-mock'
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
} from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { type Command, Machine } from './simulated-machine.js'

// Every implementation is driven by the same commands, and must answer each of them alike: ports, counts and errors.

const RANGE = { startPort: 64_000, count: 64 }

const simulator = new WinsockSimulator('agreement', RANGE)
afterAll(() => simulator.destroy())

const CALLS = ['open', 'acquire', 'associate', 'bind', 'localAddress', 'release', 'close'] as const
const RARE_CALLS = ['create', 'lookup', 'delete', 'exclude', 'reboot'] as const

/** Ports in and around the dynamic range, the end of all ports, and 0. */
const startPort = oneof(
  constant(0),
  integer({ min: RANGE.startPort - 2, max: RANGE.startPort + RANGE.count + 1 }),
  integer({ min: 65_530, max: 65_535 }),
)

const command: Arbitrary<Command> = record({
  call: oneof({ weight: 6, arbitrary: constantFrom(...CALLS) }, { weight: 1, arbitrary: constantFrom(...RARE_CALLS) }),
  protocol: constantFrom('tcp', 'udp'),
  socket: nat(7),
  token: nat(7),
  startPort,
  count: constantFrom(0, 1, 1, 2, 3, 5, 20, 64, 65),
  overlapped: boolean(),
})

it('the mock and koffi on the simulator answer alike, step by step', { timeout: 120_000 }, async () => {
  await assert(
    asyncProperty(array(command, { minLength: 5, maxLength: 60, size: 'max' }), async (commands) => {
      const kernel = new MockKernel({ dynamicRange: RANGE })
      simulator.reset()
      simulator.setElevated(true)
      await using mock = new Machine(kernel.openTransport({ elevated: true }), {
        exclude: (range) => kernel.addExclusion(range),
        reboot: () => kernel.reboot(),
      })
      await using koffi = new Machine(createKoffiTransport({ libraries: simulatorLibraries }), {
        exclude: ({ protocol, startPort, count }) => simulator.addExclusion(protocol, startPort, count),
        reboot: () => simulator.reboot(),
      })
      for (const [index, step] of commands.entries()) {
        const expected = await mock.run(step)
        const actual = await koffi.run(step)
        expect(actual, `step ${index}: ${JSON.stringify(step)}`).toEqual(expected)
      }
    }),
    { numRuns: 1000 },
  )
})
