// The entry point of a bundle that loads koffi while a test runner fakes the timers. It makes a call on the simulator while the
// program has as many asynchronous koffi calls in progress as koffi allows, so that koffi refuses to wait: refused-wait <library>
import './faked-timers.js'
import koffi from 'koffi'

const [path] = process.argv.slice(2)
const ACQUIRE = 3 // of enum WinsockSimulator_Call

function refuseToWait(library) {
  const wait = library.func('WSAWaitForMultipleEvents', 'uint32_t', ['uint32_t', 'void *', 'int', 'uint32_t', 'int'])
  const unsignalled = koffi.alloc('void *', 1)
  koffi.encode(unsignalled, 'void *', library.func('WSACreateEvent', 'void *', [])())
  try {
    for (;;) wait.async(1, unsignalled, 0, 1, 0, () => {})
  } catch (error) {
    if (!/Too many asynchronous calls/.test(error.message)) throw error
  }
}

async function run() {
  const { createKoffiTransport } = await import('@winport/transport-koffi')
  const { openReservationManager } = await import('winport')
  const library = koffi.load(path)
  library.func('uint32_t WinsockSimulator_SetLatency(int32_t call, uint32_t milliseconds)')(ACQUIRE, 5)
  const libraries = { winsock: path, ipHelper: path, kernel: path }
  const manager = await openReservationManager({ transport: createKoffiTransport({ libraries }) })
  refuseToWait(library)
  const { count } = await manager.acquire({ protocol: 'tcp', count: 2 })
  await manager.close()
  return { count }
}

run().then((result) => console.log(JSON.stringify(result)))
