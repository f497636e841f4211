// Ends while calls are pending, as it is told: 'exit', 'throw', or 'closed', with the transport closed and nothing else to do.
import { ACQUIRE, acquire, openTransport, setLatency, UNTIL_RELEASED } from './plain-node.js'

setLatency(ACQUIRE, UNTIL_RELEASED)
const transport = openTransport()
for (let call = 0; call < 10; call++) acquire(transport.openSocket({ protocol: 'tcp' }), 1).catch(() => {})
setTimeout(async () => {
  if (process.argv[2] === 'throw') throw new Error('uncaught')
  if (process.argv[2] === 'exit') process.exit(7)
  await transport.close()
}, 50)
