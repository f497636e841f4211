import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const flags = ['--expose-gc', '--single-threaded', '--min-semi-space-size=16', '--max-semi-space-size=16']
const program = fileURLToPath(new URL('allocations.js', import.meta.url))

/** Measured in a process of its own: how V8 compiles a call depends on all calls before it. */
function bytesPerCall(call: string): number {
  return Number(execFileSync(process.execPath, [...flags, program, call], { encoding: 'utf8' }))
}

describe('the codecs', () => {
  it('are measured in a way that notices an allocation', () => {
    expect(bytesPerCall('an object of two numbers')).toBeGreaterThan(16)
  })

  it.each([
    'INET_PORT_RANGE.encode',
    'INET_PORT_RESERVATION_TOKEN.encode',
    'INET_PORT_RESERVATION_INSTANCE.encode',
    'INET_PORT_RESERVATION_INFORMATION.encode',
    'SOCKADDR_IN.encode',
    'SOCKADDR_IN6.encode',
    'encodeSockaddr',
    'INET_PORT_RANGE.decode',
  ])('allocate nothing in %s', (call) => {
    expect(bytesPerCall(call)).toBeLessThan(4)
  })

  it('allocate only the bigint when they decode a token', () => {
    expect(bytesPerCall('INET_PORT_RESERVATION_INSTANCE.decode')).toBeLessThan(40)
  })
})
