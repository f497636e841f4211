import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { FIXED_PORTS, LEASABLE_PORTS, leaseFixedPorts, leasePorts, type TestPorts } from '../src/index.js'
import { startInNode } from './run-in-node.js'

const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

// Other suites of this machine may hold or use these ports for a while.

describe('leasePorts', () => {
  it('gives each of 8 processes that ask at the same time its own ports', async () => {
    const leases = await Promise.all(Array.from({ length: 8 }, () => leaseInOwnProcess('api.leasePorts(250)')))
    const ports = leases.flatMap(({ startPort, count }) =>
      Array.from({ length: count }, (_, index) => startPort + index),
    )
    expect(ports).toHaveLength(8 * 250)
    expect(new Set(ports).size).toBe(ports.length)
  })

  it('gives ports of the table', async () => {
    const { startPort, count } = await leasePorts(120)
    expect(count).toBe(120)
    expect(LEASABLE_PORTS.some((range) => contains(range, { startPort, count }))).toBe(true)
  })

  it('gives the ports of a killed process to another', async () => {
    const lease = `api.leasePorts(100, [api.FIXED_PORTS.leases])`
    const first = await leaseInOwnProcess(lease)
    const second = leaseInOwnProcess(lease)
    expect(await Promise.race([second, tick(500)])).toBeUndefined()
    first.child.kill('SIGKILL')
    expect((await second).startPort).toBe(first.startPort)
  })

  it.runIf(process.platform === 'linux')('leaves out ports that a program of this machine has bound', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const taken = { startPort: port - (port % 100), count: 100 }
    expect(await leasePorts(100, [taken, FIXED_PORTS.leases])).toEqual(FIXED_PORTS.leases)
    server.close()
  })
})

describe('leaseFixedPorts', () => {
  it('waits until no other process has them', async () => {
    const lease = `api.leaseFixedPorts(api.FIXED_PORTS.commandLine)`
    const first = await leaseInOwnProcess(lease)
    const second = leaseFixedPorts(FIXED_PORTS.commandLine)
    expect(await Promise.race([second, tick(300)])).toBeUndefined()
    first.child.kill('SIGKILL')
    expect(await second).toEqual({ startPort: first.startPort, count: first.count })
  })
})

interface ForeignLease extends TestPorts {
  readonly child: ChildProcess
}

/** Leases in another process, which stays until the end of the test. */
async function leaseInOwnProcess(expression: string): Promise<ForeignLease> {
  const program = `console.log(JSON.stringify(await ${expression})); setInterval(() => {}, 1000)`
  const child = startInNode(program, {})
  children.push(child)
  const [line] = await once(child.stdout ?? child, 'data')
  return { ...JSON.parse(String(line)), child }
}

async function tick(milliseconds: number): Promise<undefined> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds))
}

function contains(range: TestPorts, { startPort, count }: TestPorts): boolean {
  return startPort >= range.startPort && startPort + count <= range.startPort + range.count
}
