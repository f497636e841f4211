// Run by first-acquire-time.js, as a process of its own on Linux and under Wine: prints the milliseconds that it takes to import a
// backend, to make a transport and to acquire 20 ports. argv: napi or koffi, and the simulator's path.
const [backend, simulator] = process.argv.slice(2)
const start = performance.now()
const { createNapiTransport, createKoffiTransport } = await import(`@winport/transport-${backend}`)
const { ReservationManager } = await import('@winport/manager')
const createTransport = createNapiTransport ?? createKoffiTransport
const libraries = { winsock: simulator, ipHelper: simulator, kernel: simulator }
const manager = new ReservationManager({ transport: createTransport({ libraries }) })
await manager.acquire({ protocol: 'tcp', count: 20 })
const passed = performance.now() - start
await manager.close()
console.log(passed)
