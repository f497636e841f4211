import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { userInfo } from 'node:os'
import { ERROR_ACCESS_DENIED, ERROR_NOT_SUPPORTED } from '@winport/definitions'
import type { Protocol, SocketTable, Transport } from '@winport/transport'
import { failureOf, type NativeBackend, SimulatedCall, simulatorLibraries } from '@winport/winsock-simulator'
import { describe, expect, it } from 'vitest'
import { foreignLibrary } from './foreign-library.js'
import { transportPerTest } from './transport-per-test.js'

const UNKNOWN_USER = 54_321

/** How a native backend reads the socket table of the simulator. */
export async function defineSocketTableTests(backend: NativeBackend): Promise<void> {
  const test = await transportPerTest(backend, 'socket-table', 20)

  describe(`the socket table of ${backend.name}`, () => {
    it('lists the UDP sockets of this process, in both families', async () => {
      const sockets = [
        openBound(test.transport, 'udp', 'ipv4', '127.0.0.1'),
        openBound(test.transport, 'udp', 'ipv6', '::1'),
      ]
      for (const { port, address, family } of sockets) {
        expect(await tableOf(test.transport).read('udp', port)).toEqual([
          { family, address, port, remote: null, state: 'BOUND', pid: process.pid, since: null },
        ])
      }
      const ports = (await tableOf(test.transport).read('udp')).map(({ port }) => port)
      expect(ports).toEqual(expect.arrayContaining(sockets.map(({ port }) => port)))
    })

    it.each([
      ['ipv4', '127.0.0.1'],
      ['ipv6', '::1'],
    ] as const)('tells a TCP socket of %s that listens from one that is only bound', async (family, address) => {
      const { socket, port } = openBound(test.transport, 'tcp', family, address)
      const common = { family, address, port, remote: null, pid: process.pid, since: null }
      expect(await tableOf(test.transport).read('tcp', port)).toEqual([{ ...common, state: 'BOUND' }])
      const server = createServer()
      await socket.listen(server)
      expect(await tableOf(test.transport).read('tcp', port)).toEqual([{ ...common, state: 'LISTEN' }])
      await new Promise((resolve) => server.close(resolve))
    })

    it('reads the class without times when the other one fails', async () => {
      const { port } = openBound(test.transport, 'udp', 'ipv4', '127.0.0.1')
      test.simulator.failNext(SimulatedCall.SOCKETTABLE, ERROR_NOT_SUPPORTED)
      expect(await tableOf(test.transport).read('udp', port)).toMatchObject([{ port, pid: process.pid }])
    })

    it('does without the sockets that are only bound when the system does not list them', async () => {
      const { port } = openBound(test.transport, 'tcp', 'ipv4', '127.0.0.1')
      for (const nth of [1, 2]) test.simulator.failNext(SimulatedCall.BOUNDTABLE, ERROR_ACCESS_DENIED, nth)
      expect(await tableOf(test.transport).read('tcp', port)).toEqual([])
    })

    it('rejects with the error when it cannot be read, also where the function does not exist', async () => {
      for (const nth of [1, 2, 3, 4]) test.simulator.failNext(SimulatedCall.SOCKETTABLE, ERROR_ACCESS_DENIED, nth)
      expect(await failureOf(() => tableOf(test.transport).read('tcp'))).toMatchObject({
        code: 'ERROR_ACCESS_DENIED',
        syscall: 'GetExtendedTcpTable',
      })
      await using without = backend.openTransport({ ...simulatorLibraries, ipHelper: foreignLibrary })
      expect(await failureOf(() => tableOf(without).read('udp'))).toMatchObject({
        code: 'ERROR_PROC_NOT_FOUND',
        syscall: 'GetExtendedUdpTable',
      })
    })

    it('finds the program of a process, or its name alone when the process may not be opened', async () => {
      const table = tableOf(test.transport)
      expect(await table.readProcess(process.pid)).toEqual({ image: process.execPath, started: null })
      test.simulator.failNext(SimulatedCall.OPENPROCESS, ERROR_ACCESS_DENIED)
      const name = readFileSync('/proc/self/comm', 'utf8').trim()
      expect(await table.readProcess(process.pid)).toEqual({ image: name, started: null })
      expect(await table.readProcess(2 ** 31 - 1)).toEqual({ image: null, started: null })
    })

    it('names the user of a process, or rejects with the error of the call that was refused', async () => {
      const table = tableOf(test.transport)
      expect(await table.readUser(process.pid)).toBe(`SIMULATOR\\${userInfo().username}`)
      for (const call of [SimulatedCall.OPENPROCESS, SimulatedCall.OPENTOKEN]) {
        test.simulator.failNext(call, ERROR_ACCESS_DENIED)
        expect(await failureOf(() => table.readUser(process.pid))).toMatchObject({
          code: 'ERROR_ACCESS_DENIED',
          syscall: 'OpenProcessToken',
        })
      }
      expect(await failureOf(() => table.readUser(2 ** 31 - 1))).toMatchObject({ code: 'ERROR_INVALID_PARAMETER' })
    })

    it('names the services of each process, although the system lists them one at a time', async () => {
      const table = tableOf(test.transport)
      expect(await table.readServices()).toEqual(new Map([[process.pid, ['SimulatedFirst', 'SimulatedSecond']]]))
      // OpenSCManagerW, and the second of two calls of EnumServicesStatusExW.
      for (const nth of [1, 3]) {
        test.simulator.failNext(SimulatedCall.SERVICES, ERROR_ACCESS_DENIED, nth)
        expect(await failureOf(() => table.readServices())).toMatchObject({
          code: 'ERROR_ACCESS_DENIED',
          syscall: 'EnumServicesStatusExW',
        })
      }
    })

    if (process.getuid?.() === 0) {
      it('rejects where no account has the identifier of the user', async () => {
        const child = spawn('/bin/sleep', ['600'], { stdio: 'ignore', uid: UNKNOWN_USER })
        try {
          expect(await failureOf(() => tableOf(test.transport).readUser(child.pid ?? 0))).toMatchObject({
            code: 'ERROR_NONE_MAPPED',
          })
        } finally {
          child.kill('SIGKILL')
          await once(child, 'close')
        }
      })
    }

    it.each([
      ['is not given', undefined],
      ['lacks the functions', foreignLibrary],
      ['does not exist', '/no/advapi32'],
    ])('knows no users and services when the library %s', async (_what, security) => {
      const { security: _security, ...others } = simulatorLibraries
      await using without = backend.openTransport(security === undefined ? others : { ...others, security })
      const table = tableOf(without)
      expect(await failureOf(() => table.readUser(process.pid))).toMatchObject({ code: 'ERROR_PROC_NOT_FOUND' })
      expect(await failureOf(() => table.readServices())).toMatchObject({ code: 'ERROR_PROC_NOT_FOUND' })
      expect(await table.readProcess(process.pid)).toEqual({ image: process.execPath, started: null })
    })
  })
}

function openBound(transport: Transport, protocol: Protocol, family: 'ipv4' | 'ipv6', address: string) {
  const socket = transport.openSocket({ protocol, family })
  socket.bind({ address, port: 0 })
  return { socket, family, address, port: socket.localAddress().port }
}

function tableOf({ socketTable }: Transport): SocketTable {
  if (socketTable === undefined) throw new TypeError('The transport has no socket table')
  return socketTable
}
