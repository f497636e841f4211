// Prints how many bytes of heap one call takes: node --expose-gc --single-threaded --min-semi-space-size=16
// --max-semi-space-size=16 allocations.js <call>. The large semi-space keeps the garbage collector from running between two
// readings.
import {
  encodeSockaddr,
  INET_PORT_RANGE,
  INET_PORT_RESERVATION_INFORMATION,
  INET_PORT_RESERVATION_INSTANCE,
  INET_PORT_RESERVATION_TOKEN,
  SOCKADDR_IN,
  SOCKADDR_IN6,
} from '../dist/index.js'

const CALLS = 50_000
const bytes = new Uint8Array(32)
const range = { StartPort: 5000, NumberOfPorts: 20 }
const instance = { StartPort: 5000, NumberOfPorts: 20, Token: 0x1122334455667788n }
const in4 = { sin_port: 80, sin_addr: '127.0.0.1' }
const in6 = { sin6_port: 80, sin6_flowinfo: 0, sin6_addr: '2001:db8::1.2.3.4', sin6_scope_id: 0 }
const address = { address: 'fe80::1%3', port: 80 }
const kept = []

const calls = {
  'an object of two numbers': () => {
    kept[0] = { StartPort: 1, NumberOfPorts: 2 }
  },
  'INET_PORT_RANGE.encode': () => INET_PORT_RANGE.encode(range, bytes),
  'INET_PORT_RESERVATION_TOKEN.encode': () => INET_PORT_RESERVATION_TOKEN.encode(instance, bytes),
  'INET_PORT_RESERVATION_INSTANCE.encode': () => INET_PORT_RESERVATION_INSTANCE.encode(instance, bytes),
  'INET_PORT_RESERVATION_INFORMATION.encode': () => INET_PORT_RESERVATION_INFORMATION.encode({ OwningPid: 4 }, bytes),
  'SOCKADDR_IN.encode': () => SOCKADDR_IN.encode(in4, bytes),
  'SOCKADDR_IN6.encode': () => SOCKADDR_IN6.encode(in6, bytes),
  encodeSockaddr: () => encodeSockaddr(address, bytes),
  'INET_PORT_RANGE.decode': () => INET_PORT_RANGE.decode(bytes, range),
  'INET_PORT_RESERVATION_INSTANCE.decode': () => INET_PORT_RESERVATION_INSTANCE.decode(bytes, instance),
}

/** The least of several runs: the first ones run before the compiler has optimized the call. */
function bytesPerCall(call) {
  let least = Number.POSITIVE_INFINITY
  for (let run = 0; run < 10; run++) {
    globalThis.gc()
    const before = process.memoryUsage().heapUsed
    for (let i = 0; i < CALLS; i++) call()
    least = Math.min(least, (process.memoryUsage().heapUsed - before) / CALLS)
  }
  return least
}

console.log(bytesPerCall(calls[process.argv[2]]))
