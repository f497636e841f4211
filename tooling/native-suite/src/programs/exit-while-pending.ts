import { type NativeBackend, SimulatedCall, UNTIL_RELEASED } from '@winport/winsock-simulator'
import { acquire, openTransport, setLatency } from './simulator-calls.js'

/** Ends while calls are pending: by 'exit', by 'throw', or with 'closed' after closing the transport. */
export async function exitWhilePending(backend: NativeBackend, how = ''): Promise<void> {
  setLatency(SimulatedCall.ACQUIRE, UNTIL_RELEASED)
  const transport = openTransport(backend)
  for (let call = 0; call < 10; call++) acquire(transport.openSocket({ protocol: 'tcp' }), 1).catch(() => {})
  setTimeout(async () => {
    if (how === 'throw') throw new Error('uncaught')
    if (how === 'exit') process.exit(7)
    await transport.close()
  }, 50)
}
