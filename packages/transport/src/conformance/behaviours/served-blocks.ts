import type { Protocol } from '../../port-range.js'
import type { AddressFamily } from '../../winsock-socket.js'
import { BOTH_MODES, type ConformanceTest } from '../conformance-test.js'
import { findBlockServed } from '../served-blocks.js'

/** What an anchor must be until other sockets get the ports of its block. */
export const servedBlockTests: readonly ConformanceTest[] = (['tcp', 'udp'] as const).flatMap((protocol) =>
  (['ipv4', 'ipv6'] as const).flatMap((family) =>
    [false, true].map((given) => servedBlockTest(protocol, family, given)),
  ),
)

function servedBlockTest(protocol: Protocol, family: AddressFamily, given: boolean): ConformanceTest {
  const name = `${family === 'ipv4' ? 'IPv4' : 'IPv6'} ${protocol.toUpperCase()}`
  return {
    number: 18,
    source: 'unsettled',
    title: `a second ${name} socket binds ${given ? 'a given port of' : 'port 0 of'} a block, at the latest once the anchor is bound`,
    needs: ['runtime-reservations', ...(family === 'ipv6' ? (['ipv6'] as const) : [])],
    modes: BOTH_MODES,
    observe: ['blockServed'],
    run: async (t) => {
      t.expect('blockServed', await findBlockServed(t, await t.openTransport(), { protocol, family, given }))
    },
  }
}
