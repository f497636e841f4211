import { once } from 'node:events'
import { createServer } from 'node:net'
import { INET_PORT_RANGE, SIO_ACQUIRE_PORT_RESERVATION } from '@winport/definitions'
import { leasePorts } from '@winport/windows'
import { expect, it } from 'vitest'
import { MockKernel } from '../src/index.js'

const common = { family: 'ipv4', address: '127.0.0.1', remote: null, since: null } as const

it('lists the bound sockets of all processes, each until it is closed', async () => {
  const kernel = new MockKernel()
  const [first, second] = [kernel.openTransport({ pid: 8 }), kernel.openTransport({ pid: 9 })]
  const bound = first.openSocket({ protocol: 'udp' })
  first.openSocket({ protocol: 'udp' }) // not bound
  expect(await second.socketTable.read('udp')).toEqual([])
  bound.bind({ address: '127.0.0.1', port: 5000 })
  const other = second.openSocket({ protocol: 'udp', family: 'ipv6' })
  other.bind({ address: '::1', port: 5001 })
  second.openSocket({ protocol: 'tcp' }).bind({ address: '127.0.0.1', port: 5000 })
  const entry = { ...common, port: 5000, state: 'BOUND', pid: 8 }
  expect(await second.socketTable.read('udp')).toEqual([
    entry,
    { ...common, family: 'ipv6', address: '::1', port: 5001, state: 'BOUND', pid: 9 },
  ])
  expect(await second.socketTable.read('udp', 5000)).toEqual([entry])
  expect(await second.socketTable.readProcess(8)).toEqual({ image: null, started: null })
  bound.close()
  expect(await first.socketTable.read('udp', 5000)).toEqual([])
})

it('names the user of each process, and no services', async () => {
  const kernel = new MockKernel()
  const [user, administrator] = [kernel.openTransport(), kernel.openTransport({ elevated: true })]
  expect(await user.socketTable.readUser(user.pid)).toBe('MOCK\\User')
  expect(await user.socketTable.readUser(administrator.pid)).toBe('MOCK\\Administrator')
  expect(await user.socketTable.readServices()).toEqual(new Map())
  administrator.exit()
  await expect(user.socketTable.readUser(administrator.pid)).rejects.toMatchObject({ code: 'ERROR_INVALID_PARAMETER' })
})

it('tells TCP sockets that listen and that are connected from those that are only bound', async () => {
  const ports = await leasePorts(2)
  const transport = new MockKernel().openTransport({ pid: 8 })
  const states = async () =>
    (await transport.socketTable.read('tcp')).map(({ port, state, remote }) => [port - ports.startPort, state, remote])
  const [listening, connecting] = [transport.openSocket({ protocol: 'tcp' }), transport.openSocket({ protocol: 'tcp' })]
  for (const [i, socket] of [listening, connecting].entries()) {
    socket.bind({ address: '127.0.0.1', port: ports.startPort + i })
  }
  expect(await states()).toEqual([
    [0, 'BOUND', null],
    [1, 'BOUND', null],
  ])
  const server = createServer()
  await listening.listen(server)
  const remote = { address: '127.0.0.1', port: ports.startPort }
  const connection = await connecting.connect(remote)
  expect(await states()).toEqual([
    [0, 'LISTEN', null],
    [1, 'ESTABLISHED', remote],
  ])
  connection.destroy()
  await once(connection, 'close')
  server.close()
  await once(server, 'close')
  expect(await states()).toEqual([])
})

it('shows each process the ranges of its machine', async () => {
  const exclusions = [{ protocol: 'udp', startPort: 5000, count: 10 } as const]
  const kernel = new MockKernel({ exclusions, dynamicRange: { startPort: 40_000, count: 100 } })
  const transport = kernel.openTransport({ pid: 8, elevated: true })
  const { simulatedMachine } = transport
  expect(simulatedMachine).toMatchObject({ platform: 'win32', pid: 8 })
  await transport.persistent.create({ protocol: 'udp', startPort: 6000, count: 5 })
  const request = new Uint8Array(INET_PORT_RANGE.size)
  INET_PORT_RANGE.encode({ StartPort: 7000, NumberOfPorts: 3 }, request)
  const anchor = transport.openSocket({ protocol: 'udp' })
  anchor.ioctl(SIO_ACQUIRE_PORT_RESERVATION, request, new Uint8Array(16))
  const common = { protocol: 'udp' } as const
  expect(simulatedMachine.readRanges('udp')).toEqual({
    dynamicRange: { ...common, startPort: 40_000, count: 100 },
    excluded: [
      { ...common, startPort: 5000, count: 10, administered: true },
      { ...common, startPort: 6000, count: 5, administered: true },
      { ...common, startPort: 7000, count: 3, administered: false },
    ],
  })
  anchor.close()
  expect(simulatedMachine.readRanges('udp').excluded).toHaveLength(2)
  expect(simulatedMachine.readRanges('tcp').excluded).toEqual([])
})
