import { INET_PORT_RESERVATION_INSTANCE, SIO_ACQUIRE_PORT_RESERVATION } from '@winport/definitions'
import { type NativeBackend, SimulatedCall, UNTIL_RELEASED } from '@winport/winsock-simulator'
import { acquireBuffers, openTransport, releasePending, setLatency } from './simulator-calls.js'

const CALLS = 200

/**
 * Makes calls without keeping references to their buffers, and collects garbage while they are pending. Needs
 * --expose-gc. Prints how many calls had the right result.
 */
export async function garbageCollectedBuffers(backend: NativeBackend): Promise<void> {
  const transport = openTransport(backend)
  setLatency(SimulatedCall.ACQUIRE, UNTIL_RELEASED)

  /** Starts a call; the caller drops the input, and every other time the output too. Resolves to whether it came back right. */
  async function start(number: number): Promise<boolean> {
    const { input, output } = acquireBuffers(number % 7)
    const call = transport.openSocket({ protocol: 'tcp' }).ioctlAsync(SIO_ACQUIRE_PORT_RESERVATION, input, output)
    if (number % 2 === 0) return call.then((bytes) => bytes === 16)
    return call.then(() => INET_PORT_RESERVATION_INSTANCE.decode(output).NumberOfPorts === number % 7)
  }

  const calls = Array.from({ length: CALLS }, (_, number) =>
    start(number).catch(({ code }) => number % 7 === 0 && code === 'WSAEINVAL'),
  )
  for (let round = 0; round < 20; round++) {
    Array.from({ length: 10_000 }, (_, i) => new Uint8Array(i % 64).fill(0xee))
    globalThis.gc?.()
    await new Promise(setImmediate)
  }
  releasePending(CALLS)
  const right = (await Promise.all(calls)).filter((result) => result).length
  await transport.close()
  console.log(JSON.stringify({ right }))
}
