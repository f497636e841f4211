import { execFileSync } from 'node:child_process'
import { type NodeVersion, supportedNodesOrExplain } from '@winport/windows'
import { describe, expect, it } from 'vitest'
import { TCP_SERVER, TCP_SOCKET, UV_UDP_IPV6ONLY, UV_UDP_REUSEADDR } from '../src/adoption/handle-classes.js'
import { runAdoption } from './run-adoption.js'

// Sockets of Windows are not file descriptors, and stdio does not pass them on. On Windows the conformance suite tests this
// with the sockets of the backends.
const onPosix = it.runIf(process.platform !== 'win32')
const nodes: readonly NodeVersion[] =
  process.platform === 'win32'
    ? [{ version: process.version, path: process.execPath }]
    : await supportedNodesOrExplain('adoption')
const LOCAL = { address: '127.0.0.1', family: 'IPv4' }

describe.each(nodes)('on Node.js $version', (node) => {
  describe('a bound socket', () => {
    onPosix.each(['serve', 'serveInThread'])(
      'becomes an HTTP server on its port, which closes it (%s)',
      async (scenario) => {
        const { ports, seen } = await runAdoption(node, scenario, ['tcp'])
        expect(seen).toEqual({ address: { ...LOCAL, port: ports[0] }, body: 'served', closed: 1 })
      },
    )

    onPosix('becomes a datagram socket on its port, which closes it', async () => {
      const { ports, seen } = await runAdoption(node, 'echo', ['udp'])
      expect(seen).toEqual({
        address: { ...LOCAL, port: ports[0] },
        listened: true,
        answer: 'echo ping',
        answeredFrom: ports[0],
        closed: 1,
      })
    })

    onPosix('becomes an outgoing connection from its port, which both ends report', async () => {
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

    onPosix('becomes the socket of a server that was closed a moment ago', async () => {
      const { ports, seen } = await runAdoption(node, 'serverThatListensAgain', ['tcp'])
      expect(seen).toEqual({ address: { ...LOCAL, port: ports[0] }, body: 'again' })
    })
  })

  describe('an adoption of a descriptor', () => {
    onPosix('fails with EBADF if the descriptor is not open, and leaves no handle', async () => {
      const error = takeOverError('EBADF')
      const { seen } = await runAdoption(node, 'badDescriptor', [])
      expect(seen).toEqual({ errors: [error, error, error], closed: 0 })
    })

    onPosix('fails with ENOTSOCK if it is not a socket, and leaves it to the caller', async () => {
      const { seen } = await runAdoption(node, 'notASocket', [])
      expect(seen).toEqual({ error: takeOverError('ENOTSOCK'), readable: true })
    })

    onPosix('fails with EEXIST if Node has adopted it already, and the server on it keeps serving', async () => {
      const { seen } = await runAdoption(node, 'ownedAlready', ['tcp'])
      expect(seen).toEqual({ error: takeOverError('EEXIST'), body: 'still served' })
    })
  })

  describe('an adoption closes the socket', () => {
    onPosix('when the server is listening already', async () => {
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

    onPosix('when the server was closed between our call and listen', async () => {
      const { seen } = await runAdoption(node, 'serverThatClosesMeanwhile', ['tcp'])
      expect(seen).toMatchObject({ error: { code: 'ERR_SERVER_NOT_RUNNING' }, closed: 1, listening: false })
    })

    onPosix('when the server is closed while a native socket is handed over', async () => {
      const { seen } = await runAdoption(node, 'nativeSocketOfClosedServer', ['tcp'])
      expect(seen).toMatchObject({ error: { code: 'ERR_SERVER_NOT_RUNNING' }, closed: 1, listening: false })
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

  onPosix('cluster workers listen on sockets of their own', async () => {
    const { ports, seen } = await runAdoption(node, 'clusterWorkers', ['tcp', 'tcp'])
    expect(seen).toEqual({ ports, bodies: ['first worker', 'second worker'], closed: [1, 1] })
  })

  onPosix('the handle classes and constants are those of process.binding', async () => {
    const { seen } = await runAdoption(node, 'constants', [])
    const ofNode = { TCP_SERVER, TCP_SOCKET, UV_UDP_IPV6ONLY, UV_UDP_REUSEADDR }
    expect(seen).toEqual({ sameClasses: [true, true], ofNode })
  })

  describe.each([
    ['--pending-deprecation', []],
    ['--throw-deprecation', ['--pending-deprecation']],
    ['the permission model', permissionFlags(node)],
  ])('with %s', (flag, otherFlags) => {
    const flags = flag.startsWith('--') ? [...otherFlags, flag] : otherFlags

    onPosix.each(['serve', 'echo', 'connect'])('an adoption works and prints no deprecation (%s)', async (scenario) => {
      const { ports, seen, stderr } = await runAdoption(node, scenario, [scenario === 'echo' ? 'udp' : 'tcp'], flags)
      expect(JSON.stringify(seen)).toContain(String(ports[0]))
      expect(stderr).not.toMatch(/deprecat/i)
    })
  })

  if (permissionFlags(node).includes('--allow-net')) {
    onPosix('the permission model refuses an adoption without --allow-net and leaves the descriptor open', async () => {
      const flags = permissionFlags(node).filter((flag) => flag !== '--allow-net')
      const { seen } = await runAdoption(node, 'refused', ['tcp'], flags)
      expect(seen).toMatchObject({
        error: {
          name: 'AdoptionUnsupportedError',
          code: 'ERR_ADOPTION_UNSUPPORTED',
          message: expect.stringMatching(/_createServerHandle failed: .*Use --allow-net/),
        },
        closed: 0,
      })
    })
  }
})

/** The flags that turn the permission model on and allow network access. */
function permissionFlags({ path }: NodeVersion): readonly string[] {
  const known = JSON.parse(
    execFileSync(path, ['-p', 'JSON.stringify([...process.allowedNodeEnvironmentFlags])'], { encoding: 'utf8' }),
  ) as readonly string[]
  const permission = known.includes('--permission') ? '--permission' : '--experimental-permission'
  return [permission, '--allow-fs-read=*', ...(known.includes('--allow-net') ? ['--allow-net'] : [])]
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
