// Makes an overlapped call while the program has as many asynchronous koffi calls in progress as koffi allows, so that koffi
// refuses to wait for it. Prints the number of granted ports.
import { acquire, setLatency } from '@winport/native-suite/programs'
import { SimulatedCall, simulatorLibraries, simulatorPath } from '@winport/winsock-simulator'
import koffi from 'koffi'
import { createKoffiTransport } from '../dist/index.js'

const library = koffi.load(simulatorPath)
const wait = library.func('WSAWaitForMultipleEvents', 'uint32_t', ['uint32_t', 'void *', 'int', 'uint32_t', 'int'])
const unsignalled = koffi.alloc('void *', 1)
koffi.encode(unsignalled, 'void *', library.func('WSACreateEvent', 'void *', [])())

const transport = createKoffiTransport({ libraries: simulatorLibraries })
setLatency(SimulatedCall.ACQUIRE, 5)
try {
  for (;;) wait.async(1, unsignalled, 0, 1, 0, () => {})
} catch (error) {
  if (!/Too many asynchronous calls/.test(error.message)) throw error
}
console.log(await acquire(transport.openSocket({ protocol: 'tcp' }), 2))
await transport.close()
