import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import {
  encodeSockaddr,
  INET_PORT_RANGE,
  INET_PORT_RESERVATION_INFORMATION,
  INET_PORT_RESERVATION_INSTANCE,
  INET_PORT_RESERVATION_TOKEN,
  SOCKADDR_IN,
  SOCKADDR_IN6,
} from '../src/index.js'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const calls = 50_000

/**
 * Bytes of heap that one call takes: the least of up to a hundred runs, for a compiler or a test runner at work only
 * adds. Stops at the first run that stays below `enough`.
 */
function bytesPerCall(call: () => void, enough: number): number {
  let least = Number.POSITIVE_INFINITY
  for (let run = 0; run < 100 && least >= enough; run++) {
    collectGarbage()
    const before = process.memoryUsage().heapUsed
    for (let i = 0; i < calls; i++) call()
    least = Math.min(least, (process.memoryUsage().heapUsed - before) / calls)
  }
  return least
}

describe('the codecs', () => {
  const bytes = new Uint8Array(32)
  const range = { StartPort: 5000, NumberOfPorts: 20 }
  const instance = { StartPort: 5000, NumberOfPorts: 20, Token: 0x1122334455667788n }
  const in4 = { sin_port: 80, sin_addr: '127.0.0.1' }
  const in6 = { sin6_port: 80, sin6_flowinfo: 0, sin6_addr: '2001:db8::1.2.3.4', sin6_scope_id: 0 }
  const address = { address: 'fe80::1%3', port: 80 }
  const kept: object[] = []

  it('are measured in a way that notices an allocation', () => {
    const allocate = (): void => {
      kept[0] = { StartPort: 1, NumberOfPorts: 2 }
    }
    expect(bytesPerCall(allocate, 4)).toBeGreaterThan(16)
  })

  it.each<[string, () => void]>([
    ['INET_PORT_RANGE.encode', () => INET_PORT_RANGE.encode(range, bytes)],
    ['INET_PORT_RESERVATION_TOKEN.encode', () => INET_PORT_RESERVATION_TOKEN.encode(instance, bytes)],
    ['INET_PORT_RESERVATION_INSTANCE.encode', () => INET_PORT_RESERVATION_INSTANCE.encode(instance, bytes)],
    [
      'INET_PORT_RESERVATION_INFORMATION.encode',
      () => INET_PORT_RESERVATION_INFORMATION.encode({ OwningPid: 4 }, bytes),
    ],
    ['SOCKADDR_IN.encode', () => SOCKADDR_IN.encode(in4, bytes)],
    ['SOCKADDR_IN6.encode', () => SOCKADDR_IN6.encode(in6, bytes)],
    ['encodeSockaddr', () => encodeSockaddr(address, bytes)],
    ['INET_PORT_RANGE.decode', () => INET_PORT_RANGE.decode(bytes, range)],
  ])('allocate nothing in %s', (_name, call) => {
    expect(bytesPerCall(call, 4)).toBeLessThan(4)
  })

  it('allocate only the bigint when they decode a token', () => {
    const target = { StartPort: 0, NumberOfPorts: 0, Token: 0n }
    const decode = (): void => {
      INET_PORT_RESERVATION_INSTANCE.decode(bytes, target)
    }
    expect(bytesPerCall(decode, 40)).toBeLessThan(40)
  })
})
