// Makes an overlapped call that the system neither waits for nor cancels at first. Prints the number of granted ports.
import { acquire, setLatency } from '@winport/native-suite/programs'
import { SimulatedCall, simulatorLibraries, simulatorPath } from '@winport/winsock-simulator'
import koffi from 'koffi'
import { createNapiTransport } from '../dist/index.js'

const failNext = koffi
  .load(simulatorPath)
  .func('uint32_t WinsockSimulator_FailNext(int32_t call, uint32_t nth, int32_t error)')

const transport = createNapiTransport({ libraries: simulatorLibraries })
setLatency(SimulatedCall.ACQUIRE, 5)
failNext(SimulatedCall.REGISTERWAIT, 1, 8) // ERROR_NOT_ENOUGH_MEMORY
failNext(SimulatedCall.CANCELIOEX, 1, 1168) // ERROR_NOT_FOUND
failNext(SimulatedCall.WSAGETOVERLAPPEDRESULT, 1, 10_050)
failNext(SimulatedCall.REGISTERWAIT, 2, 8)
console.log(await acquire(transport.openSocket({ protocol: 'tcp' }), 2))
await transport.close()
