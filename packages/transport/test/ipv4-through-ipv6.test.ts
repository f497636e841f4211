import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { attachHandle, bindInto, newDatagramHandle } from '../src/backend/index.js'
import { hasIPv6 } from '../src/conformance/index.js'

const MODE = { reuseAddr: false, ipv6Only: false, exclusiveAddressUse: false }

describe.runIf(hasIPv6())('a udp4 socket on the handle of a dual-stack IPv6 socket', () => {
  const sockets: Socket[] = []
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.close()
  })

  async function attached(address: string): Promise<Socket> {
    const socket = createSocket('udp4')
    sockets.push(socket)
    const handle = newDatagramHandle()
    bindInto(handle, 'udp', { address, port: 0 }, MODE)
    await attachHandle(socket, handle)
    return socket
  }

  async function plain(): Promise<Socket> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1')
    sockets.push(socket)
    await once(socket, 'listening')
    return socket
  }

  it.each(['::ffff:127.0.0.1', '::ffff:0.0.0.0'])('exchanges datagrams with IPv4 peers: %s', async (address) => {
    const [socket, peer] = [await attached(address), await plain()]
    const atPeer = once(peer, 'message')
    socket.send('ping', peer.address().port, '127.0.0.1')
    const [ping, from] = await atPeer
    expect([String(ping), from.address, from.family]).toEqual(['ping', '127.0.0.1', 'IPv4'])
    expect(from.port).toBe(socket.address().port)
    const atSocket = once(socket, 'message')
    peer.send('pong', from.port, '127.0.0.1')
    const [pong, sender] = await atSocket
    expect([String(pong), sender]).toMatchObject([
      'pong',
      { address: '127.0.0.1', family: 'IPv4', port: peer.address().port, size: 4 },
    ])
  })

  it('has an IPv4 address', async () => {
    expect((await attached('::ffff:127.0.0.1')).address()).toMatchObject({ address: '127.0.0.1', family: 'IPv4' })
  })

  it('connects to IPv4 peers', async () => {
    const [socket, peer] = [await attached('::ffff:127.0.0.1'), await plain()]
    socket.connect(peer.address().port, '127.0.0.1')
    await once(socket, 'connect')
    expect(socket.remoteAddress()).toMatchObject({ address: '127.0.0.1', family: 'IPv4', port: peer.address().port })
    const atPeer = once(peer, 'message')
    socket.send('connected')
    expect(String((await atPeer)[0])).toBe('connected')
  })

  it('reports the error of a send as every socket does', async () => {
    const socket = await attached('::ffff:127.0.0.1')
    const failure = await new Promise((resolve) => socket.send(Buffer.alloc(70_000), 9, '127.0.0.1', resolve))
    expect(failure).toMatchObject({ code: 'EMSGSIZE', syscall: 'send', address: '127.0.0.1' })
  })
})
