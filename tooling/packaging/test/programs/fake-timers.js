// The entry point of bundles that load winport while a test runner fakes the timers.
import './faked-timers.js'

async function run() {
  const { openReservationManager } = await import('winport')
  const { createServer } = await import('node:net')
  const manager = await openReservationManager({ transport: 'mock' })
  const taken = await manager.acquire({ protocol: 'udp', count: 400 })
  const within = [taken.startPort, Math.min(taken.endPort + 100, 65_535)]
  const single = { protocol: 'udp', count: 1, fallback: 'anywhere' }
  const found = await manager.acquire({ ...single, within, exclude: [taken.startPort] })
  const block = await manager.acquire({ protocol: 'tcp', count: 2 })
  const server = createServer()
  const { port } = await block.listen(server)
  server.close()
  await manager.close()
  return { found: !taken.contains(found.startPort), ofTheBlock: block.contains(port) }
}

run().then((result) => console.log(JSON.stringify(result)))
