// Opens a block of this thread in a worker thread and in a child process, on the simulator:
// threads-on-simulator.js <backend> <ports, such as 12000+500>. Prints what each of them saw, and what is left at the end.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer, get } from 'node:http'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { ReservationManager } from '@winport/manager'
import { simulatorLibraries, WinsockSimulator } from '@winport/winsock-simulator'

const [, , backend, range = ''] = process.argv
const [startPort, count] = range.split('+').map(Number)
const { createKoffiTransport, createNapiTransport } = await import(`@winport/transport-${backend}`)
const openManager = () =>
  new ReservationManager({
    transport: (createNapiTransport ?? createKoffiTransport)({ libraries: simulatorLibraries }),
  })
const codeOf = (call) =>
  call.then(
    ({ port }) => port,
    ({ code }) => code,
  )

async function body(port) {
  const [response] = await once(get({ host: '127.0.0.1', port, agent: false }), 'response')
  return await text(response)
}

async function main() {
  const simulator = new WinsockSimulator(`threads-${backend}-${process.pid}`, { startPort, count })
  const manager = openManager()
  const block = await manager.acquire({ protocol: 'tcp', count: 3 })
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: block, argv: [backend] })
  const ask = async (question) => {
    worker.postMessage(question)
    return (await once(worker, 'message'))[0]
  }
  const { port } = await ask('listen')
  const served = await body(port)
  const second = await ask('listen')
  const child = fork(fileURLToPath(import.meta.url), [backend, 'child'])
  child.send(block) // as JSON
  const [inChild] = await once(child, 'message')
  const beforeRelease = { released: block.released, ...countsOf(simulator) }
  await block.release()
  const afterRelease = await ask('listen')
  const stillServed = await body(port)
  await ask('close')
  await once(worker, 'exit')
  await manager.close()
  const ports = [port, second.port].map((each) => block.contains(each))
  const left = countsOf(simulator)
  console.log(JSON.stringify({ ports, served, inChild, beforeRelease, afterRelease, stillServed, left }))
  simulator.destroy()
}

async function inWorker() {
  const manager = openManager()
  const block = await manager.open(workerData)
  const servers = []
  for (;;) {
    const [question] = await once(parentPort, 'message')
    if (question === 'close') break
    const server = block.attach(createServer((_request, response) => response.end('from the worker')))
    servers.push(server)
    server.listen()
    await once(server, 'listening').then(
      () => parentPort.postMessage({ port: server.address().port }),
      ({ code }) => parentPort.postMessage({ code }),
    )
  }
  await block.release()
  for (const server of servers) server.close()
  await manager.close()
  parentPort.postMessage('closed')
  parentPort.close()
}

async function inChild() {
  const [block] = await once(process, 'message')
  const manager = openManager()
  process.send(await codeOf(manager.open(block)))
  await manager.close()
  process.disconnect()
}

function countsOf(simulator) {
  const { openSockets, runtimeReservations, pendingCalls } = simulator.counts()
  return { openSockets, runtimeReservations, pendingCalls }
}

if (!isMainThread) await inWorker()
else if (range === 'child') await inChild()
else await main()
