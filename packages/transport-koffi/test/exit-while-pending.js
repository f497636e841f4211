// Exits, or fails, while a call is pending: whatever waits for it must not keep the process.
import { ACQUIRE, acquire, openTransport, setLatency, UNTIL_RELEASED } from './plain-node.js'

setLatency(ACQUIRE, UNTIL_RELEASED)
const transport = openTransport()
acquire(transport.openSocket({ protocol: 'tcp' }), 1)
setTimeout(() => {
  if (process.argv[2] === 'throw') throw new Error('uncaught')
  process.exit(7)
}, 50)
