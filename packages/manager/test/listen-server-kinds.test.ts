import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttp2Server, createSecureServer } from 'node:http2'
import { createServer as createHttpsServer, get as httpsGet } from 'node:https'
import type { Server } from 'node:net'
import { createServer as createTlsServer, connect as tlsConnect } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { certificate, privateKey } from './localhost-certificate.js'
import { greeter, http2Get, httpGet, read, readFrom } from './real-request.js'
import { realPorts, SimulatedMachine } from './simulated-machine.js'

describe('listen serves real requests on a port of the block', () => {
  const machine = new SimulatedMachine(realPorts)
  const credentials = { key: privateKey, cert: certificate }
  const host = '127.0.0.1'

  async function listen(server: Server): Promise<number> {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 2 })
    const address = await block.listen(machine.owns(server), { host })
    expect(server.listening).toBe(true)
    expect(server.address()).toEqual(address)
    expect(block.contains(address.port)).toBe(true)
    return address.port
  }

  it('with a net server', async () => {
    const port = await listen(greeter('plain'))
    expect(await readFrom(port)).toBe('plain')
  })

  it('with a tls server', async () => {
    const port = await listen(createTlsServer(credentials, (socket) => socket.end('secret')))
    const socket = machine.owns(tlsConnect({ host, port, ca: certificate, servername: 'localhost' }))
    expect(await read(socket)).toBe('secret')
    expect(socket.authorized).toBe(true)
  })

  it('with an http server', async () => {
    const port = await listen(createHttpServer((request, response) => response.end(`you asked for ${request.url}`)))
    expect(await httpGet(port)).toBe('you asked for /')
  })

  it('with an https server', async () => {
    const port = await listen(createHttpsServer(credentials, (_request, response) => response.end('over tls')))
    const [response] = await once(
      httpsGet({ host, port, ca: certificate, servername: 'localhost', agent: false }),
      'response',
    )
    expect(await read(response)).toBe('over tls')
  })

  it.each([
    ['plain', () => createHttp2Server((_request, response) => response.end('two')), 'http'],
    ['secure', () => createSecureServer(credentials, (_request, response) => response.end('two')), 'https'],
  ] as const)('with a %s http2 server', async (_name, create, scheme) => {
    const port = await listen(create())
    const url = `${scheme}://${host}:${port}`
    expect(await http2Get(url, { ca: certificate, servername: 'localhost' })).toBe('two')
  })

  it('with a server on every port of a block at once', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 20 })
    const addresses = await Promise.all(
      [...block].map((port) => block.listen(machine.owns(greeter(`I am ${port}`)), { host, port })),
    )
    expect(addresses.map(({ port }) => port)).toEqual([...block])
    const greetings = await Promise.all([...block].map((port) => readFrom(port)))
    expect(greetings).toEqual([...block].map((port) => `I am ${port}`))
  })
})
