import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { ReservationManager } from '@winport/manager'
import { createLinuxTransport } from '@winport/transport-linux'
import { describe, expect, it } from 'vitest'
import { addonCounts, linuxPackage } from './linux-package.js'

const program = (name: string) => fileURLToPath(new URL(`programs/${name}`, import.meta.url))

/** Whether this process can have all these ports. */
async function areFree(startPort: number, count: number): Promise<boolean> {
  await using manager = openManager()
  return await manager.acquire({ protocol: 'tcp', startPort, count }).then(
    () => true,
    () => false,
  )
}

function openManager(): ReservationManager {
  return new ReservationManager({ transport: createLinuxTransport() })
}

describe.runIf(process.platform === 'linux')('the ports of a block that Linux holds', () => {
  it('frees 1,000 ports of a process that is killed, though a program that it started still runs', async () => {
    const holder = spawn(process.execPath, [program('holder.js'), '1000'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = await once(createInterface(holder.stdout), 'line')
    const { startPort, child } = JSON.parse(line)
    try {
      expect(await areFree(startPort + 500, 1)).toBe(false)
      const exited = once(holder, 'exit')
      holder.kill('SIGKILL')
      await exited
      expect(await areFree(startPort, 1000)).toBe(true)
    } finally {
      process.kill(child)
    }
  })

  it('keeps the ports for a fork that never calls exec, and frees them when it ends', async () => {
    const { startPort, child } = JSON.parse(
      (await promisify(execFile)(linuxPackage('build/linux/fork'), ['10'])).stdout,
    )
    const wasFree = await areFree(startPort, 10)
    process.kill(child, 'SIGKILL')
    expect(wasFree).toBe(false)
    await expect.poll(() => areFree(startPort, 10)).toBe(true)
  })

  it('frees what a worker thread holds when the thread is terminated', async () => {
    const before = addonCounts()
    const worker = new Worker(program('worker-holder.js'), { workerData: { count: 50 } })
    const [startPort] = await once(worker, 'message')
    expect(addonCounts()).not.toEqual(before)
    expect(await areFree(startPort, 50)).toBe(false)
    await worker.terminate()
    expect(addonCounts()).toEqual(before)
    expect(await areFree(startPort, 50)).toBe(true)
  })

  it('gives ports of a block to another thread, and takes them back when that thread is terminated', async () => {
    await using manager = openManager()
    const block = await manager.acquire({ protocol: 'tcp', count: 2 })
    const before = addonCounts()
    const worker = new Worker(program('worker-opener.js'), { workerData: block })
    worker.postMessage('listen')
    const [port] = await once(worker, 'message')
    expect([...block]).toContain(port)
    const server = createServer()
    await expect(block.listen(server, { port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await worker.terminate()
    expect(addonCounts()).toEqual(before)
    expect(await codeOfListen(port)).toBe('EADDRINUSE')
    await block.listen(server, { port })
    server.close()
  })

  it('gives no port to another thread after the block is released', async () => {
    await using manager = openManager()
    const before = addonCounts()
    const block = await manager.acquire({ protocol: 'tcp', count: 2 })
    const worker = new Worker(program('worker-opener.js'), { workerData: block })
    worker.postMessage('listen')
    const [port] = await once(worker, 'message')
    expect([...block]).toContain(port)
    await block.release()
    worker.postMessage('listen')
    expect(await once(worker, 'message')).toEqual(['ERR_RESERVATION_NOT_FOUND'])
    expect(await codeOfListen(port)).toBe('EADDRINUSE') // the thread's server still listens
    await worker.terminate()
    expect(addonCounts()).toEqual(before)
  })

  it('holds a port again as soon as its server has closed', async () => {
    await using manager = openManager()
    const block = await manager.acquire({ protocol: 'tcp', count: 1 })
    const { startPort: port } = block
    for (const host of [undefined, '127.0.0.1', '0.0.0.0', undefined]) {
      const server = createServer()
      await block.listen(server, host === undefined ? {} : { host })
      expect(await codeOfListen(port)).toBe('EADDRINUSE')
      const closed = once(server, 'close')
      server.close()
      expect(await codeOfListen(port)).toBe('EADDRINUSE')
      await closed
      expect(addonCounts()[3]).toBe(0)
    }
  })

  it('listens again on a port that connections of its last server still have', async () => {
    await using manager = openManager()
    for (const host of ['::', '127.0.0.1', '0.0.0.0']) {
      const block = await manager.acquire({ protocol: 'tcp', count: 1 })
      const clients = []
      for (let i = 0; i < 3; i++) {
        const server = createServer()
        const { port } = await block.listen(server, { host })
        const accepted = once(server, 'connection')
        clients.push(connect(port, '127.0.0.1').on('error', () => {}))
        const [peer] = await accepted
        clients.push(peer.on('error', () => {}))
        server.close()
        expect(await codeOfListen(port)).toBe('EADDRINUSE')
      }
      for (const client of clients) client.destroy()
    }
  })

  it('keeps the port of a server whose block is released, and frees it when the server closes', async () => {
    await using manager = openManager()
    for (const host of ['::', '127.0.0.1', '0.0.0.0']) {
      const block = await manager.acquire({ protocol: 'tcp', count: 2 })
      const server = createServer()
      const { port } = await block.listen(server, { host, port: block.startPort })
      await block.release()
      expect(await codeOfListen(port)).toBe('EADDRINUSE')
      expect(await codeOfListen(port + 1)).toBeUndefined()
      server.close()
      await once(server, 'close')
      expect(await codeOfListen(port)).toBeUndefined()
    }
  })

  it('has the port of an attached server back when the server closes', async () => {
    await using manager = openManager()
    const block = await manager.acquire({ protocol: 'tcp', count: 1 })
    for (const host of [undefined, '127.0.0.1', '0.0.0.0']) {
      const server = createServer()
      block.attach(server)
      const listening = once(server, 'listening')
      server.listen(0, host)
      await listening
      expect(server.address()).toMatchObject({ port: block.startPort })
      expect(addonCounts()[3]).toBe(1)
      server.close()
      expect(addonCounts()[3]).toBe(0)
      expect(await codeOfListen(block.startPort)).toBe('EADDRINUSE')
    }
  })

  it('closes a connection with RST, and has its port back', async () => {
    await using manager = openManager()
    const block = await manager.acquire({ protocol: 'tcp', count: 1 })
    const remote = createServer((peer) => peer.on('error', () => {}))
    remote.listen(0, '127.0.0.1')
    await once(remote, 'listening')
    const address = remote.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    for (let i = 0; i < 3; i++) {
      const connection = await block.connect({ host: '127.0.0.1', port })
      connection.resetAndDestroy()
      await once(connection, 'close')
      expect(addonCounts()[3]).toBe(0)
    }
    remote.close()
  })
})

/** The error of a listen that has nothing to do with a block. */
async function codeOfListen(port: number): Promise<string | undefined> {
  const server: Server = createServer()
  try {
    server.listen(port)
    await once(server, 'listening')
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  } finally {
    server.close()
  }
}
