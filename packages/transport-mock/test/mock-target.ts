import { controlCodeName } from '@winport/definitions'
import { type ConformanceFeature, type ConformanceTarget, TransportProcess } from '@winport/transport/conformance'
import { type MockCall, MockKernel, type MockTransport } from '../src/index.js'

/** Pretends that the mock knows nothing but what the given build of Windows knows. */
export function mockTarget(
  name: string,
  windowsBuild: number,
  features: readonly ConformanceFeature[],
): ConformanceTarget {
  return {
    name,
    features: new Set(features),
    openMachine: () => {
      const kernel = new MockKernel({ windowsBuild, avoidHostPorts: true })
      let pid = 1000
      return {
        windowsBuild,
        dynamicRange: kernel.dynamicRange,
        openTransport: ({ elevated = true } = {}) => kernel.openTransport({ pid: ++pid, elevated }),
        openProcess: ({ elevated = false } = {}) => {
          const transport = kernel.openTransport({ pid: ++pid, elevated })
          return new TransportProcess(transport, () => transport.exit())
        },
        openOtherSocket: (transport) => (transport as MockTransport).openOtherSocket(),
        addExclusion: (protocol, startPort, count) => kernel.addExclusion({ protocol, startPort, count }),
        failNext: (code, errno) => kernel.faults.fail(controlCodeName(code) as MockCall, errno),
        holdNext: (code) => kernel.faults.hold(controlCodeName(code) as MockCall),
        reboot: () => kernel.reboot(),
        leftovers: () => {
          const { sockets, reservations } = kernel.inspect()
          return { sockets: sockets.length, reservations: reservations.length }
        },
        [Symbol.asyncDispose]: async () => {},
      }
    },
  }
}

/** Today's Windows: everything can be shown. */
export const modernTarget: ConformanceTarget = mockTarget('the mock kernel', 26_100, [
  'runtime-reservations',
  'persistent-reservations',
  'elevation',
  'other-process',
  'other-socket',
  'exclusions',
  'faults',
  'pending-calls',
  'reboot',
  'leftovers',
])

/** Windows XP: no port reservations at all. */
export const legacyTarget: ConformanceTarget = mockTarget('the mock kernel before Windows Vista', 2600, ['leftovers'])
