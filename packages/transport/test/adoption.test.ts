import { execFileSync } from 'node:child_process'
import { type NodeVersion, supportedNodesOrExplain } from '@winport/windows'
import { describe, expect, it } from 'vitest'
import { runAdoption } from './run-adoption.js'

// Windows' sockets are no descriptors and are not inherited through stdio: there the conformance suite does all this
// with the backends' own sockets.
const onPosix = it.runIf(process.platform !== 'win32')
const nodes: readonly NodeVersion[] =
  process.platform === 'win32'
    ? [{ version: process.version, path: process.execPath }]
    : await supportedNodesOrExplain('adoption')
const LOCAL = { address: '127.0.0.1', family: 'IPv4' }

describe.each(nodes)('on Node.js $version', (node) => {
  describe('a bound socket that nobody owns', () => {
    onPosix.each(['serve', 'serveInThread'])(
      'becomes an HTTP server on its port, closed with it (%s)',
      async (scenario) => {
        const { ports, seen } = await runAdoption(node, scenario, ['tcp'])
        expect(seen).toEqual({ address: { ...LOCAL, port: ports[0] }, body: 'served', closed: 1 })
      },
    )

    onPosix('becomes a datagram socket on its port, closed with it', async () => {
      const { ports, seen } = await runAdoption(node, 'echo', ['udp'])
      expect(seen).toEqual({
        address: { ...LOCAL, port: ports[0] },
        listened: true,
        answer: 'echo ping',
        answeredFrom: ports[0],
        closed: 1,
      })
    })

    onPosix('becomes an outgoing connection from its port, which either end sees', async () => {
      const { ports, seen } = await runAdoption(node, 'connect', ['tcp'])
      expect(seen).toEqual({
        localAddress: '127.0.0.1',
        localPort: ports[0],
        localFamily: 'IPv4',
        peerSaw: String(ports[0]),
        reached: true,
        closed: 1,
      })
    })

    onPosix('becomes a server that was closed a moment ago', async () => {
      const { ports, seen } = await runAdoption(node, 'serverThatListensAgain', ['tcp'])
      expect(seen).toEqual({ address: { ...LOCAL, port: ports[0] }, body: 'again' })
    })
  })

  describe('a descriptor that Node cannot take over', () => {
    onPosix('is not open: EBADF, and no handle is left', async () => {
      const error = takeOverError('EBADF')
      const { seen } = await runAdoption(node, 'badDescriptor', [])
      expect(seen).toEqual({ errors: [error, error, error], closed: 0 })
    })

    onPosix('is no socket: ENOTSOCK, and it is still the caller’s', async () => {
      const { seen } = await runAdoption(node, 'notASocket', [])
      expect(seen).toEqual({ error: takeOverError('ENOTSOCK'), readable: true })
    })

    onPosix('is in use by Node already: EEXIST, and the server on it goes on', async () => {
      const { seen } = await runAdoption(node, 'ownedAlready', ['tcp'])
      expect(seen).toEqual({ error: takeOverError('EEXIST'), body: 'still served' })
    })
  })

  describe('an adoption that fails half-way closes the socket', () => {
    onPosix('when the server listens already', async () => {
      const { seen } = await runAdoption(node, 'serverThatListensAlready', ['tcp'])
      expect(seen).toMatchObject({ error: { code: 'ERR_SERVER_ALREADY_LISTEN' }, closed: 1, stillListening: true })
    })

    onPosix('when the kernel refuses to listen', async () => {
      const { seen } = await runAdoption(node, 'listenThatTheKernelRefuses', ['tcp', 'same'])
      expect(seen).toMatchObject({
        error: { code: 'EADDRINUSE', syscall: 'listen' },
        closed: 1,
        listening: false,
        closedAll: 2,
      })
    })

    onPosix('when the server is closed before it listens', async () => {
      const { seen } = await runAdoption(node, 'serverThatClosesFirst', ['tcp'])
      expect(seen).toMatchObject({ error: { code: 'ERR_SERVER_NOT_RUNNING' }, closed: 1 })
    })

    onPosix('when the datagram socket is bound, or closed', async () => {
      const { seen } = await runAdoption(node, 'datagramSocketsThatCannotAttach', ['udp', 'udp'])
      expect(seen).toMatchObject({
        errors: [{ code: 'ERR_SOCKET_ALREADY_BOUND' }, { code: 'ERR_SOCKET_DGRAM_NOT_RUNNING' }],
        closed: 2,
      })
    })

    onPosix('when the connection is refused', async () => {
      const { seen } = await runAdoption(node, 'refusedConnection', ['tcp'])
      expect(seen).toMatchObject({ error: { code: 'ECONNREFUSED' }, closed: 1 })
    })

    onPosix('when the connection is aborted, before or while it is made', async () => {
      const { seen } = await runAdoption(node, 'abortedConnection', ['tcp', 'tcp'])
      expect(seen).toMatchObject({
        errors: [
          { name: 'AbortError', code: 'ABORT_ERR', cause: 'too late' },
          { name: 'AbortError', code: 'ABORT_ERR', cause: 'enough' },
        ],
        closed: 2,
      })
    })
  })

  describe('where Node has no adoption', () => {
    onPosix('a cluster worker can make no server, but connections and datagram sockets', async () => {
      const { ports, seen } = await runAdoption(node, 'clusterWorker', ['tcp', 'udp'])
      expect(seen).toMatchObject({
        error: {
          name: 'AdoptionUnsupportedError',
          code: 'ERR_ADOPTION_UNSUPPORTED',
          message: expect.stringContaining('in a cluster worker the primary listens'),
        },
        descriptorsTaken: 0,
        connection: { code: 'ECONNREFUSED' },
        port: ports[1],
      })
    })

    onPosix('the permission model refuses it, and the descriptor is still the caller’s', async () => {
      const { seen } = await runAdoption(node, 'refusedBinding', ['tcp'], [permissionFlag(node), '--allow-fs-read=*'])
      expect(seen).toMatchObject({
        error: {
          name: 'AdoptionUnsupportedError',
          code: 'ERR_ADOPTION_UNSUPPORTED',
          message: expect.stringContaining("process.binding('tcp_wrap') is refused"),
        },
        closed: 0,
      })
    })
  })
})

/** What turns the permission model on. */
function permissionFlag({ path }: NodeVersion): string {
  const flag = "process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission'"
  return execFileSync(path, ['-p', flag], { encoding: 'utf8' }).trim()
}

function takeOverError(code: string): object {
  return {
    name: 'Error',
    message: `Node.js could not take over the socket: ${code}`,
    code,
    errno: expect.any(Number),
    syscall: 'open',
  }
}
