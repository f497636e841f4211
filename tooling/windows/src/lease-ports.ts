import { createServer, type Server } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { boundPorts } from './bound-ports.js'
import { LEASABLE_PORTS, type TestPorts } from './test-ports.js'

/** Ports are leased in units of so many. */
const UNIT = 100
/** A process holds the unit that starts at port 100 * n while it listens on port FIRST_GUARD + n of 127.0.0.1. */
const FIRST_GUARD = 32_000
const POLL_MS = 100
const PATIENCE_MS = 15 * 60_000

/**
 * Leases ports on which no socket of this machine is bound. The lease ends with this process, however that ends.
 *
 * Lease before anything else, and once: a process that holds a lease while it waits for another may block others.
 *
 * @throws if so many consecutive ports do not become available within 15 minutes
 */
export async function leasePorts(count: number, ranges: readonly TestPorts[] = LEASABLE_PORTS): Promise<TestPorts> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    for (const range of ranges) {
      const leased = await leaseWithin(range, count)
      if (leased !== undefined) return leased
    }
    if (Date.now() > deadline) {
      throw new Error(`No ${count} consecutive test ports became available in ${PATIENCE_MS / 60_000} minutes.`)
    }
    await delay(POLL_MS)
  }
}

/** Leases given ports, for a program that chooses its ports itself. Waits while another process has them. */
export async function leaseFixedPorts(ports: TestPorts): Promise<TestPorts> {
  const deadline = Date.now() + PATIENCE_MS
  // In ascending order, so that two processes never wait for each other.
  for (const unit of unitsOf(ports)) {
    while ((await holdUnit(unit)) === undefined) {
      if (Date.now() > deadline) {
        throw new Error(
          `The test ports from ${ports.startPort} on did not become available in ${PATIENCE_MS / 60_000} minutes: ` +
            `another process listens on 127.0.0.1:${FIRST_GUARD + unit}.`,
        )
      }
      await delay(POLL_MS)
    }
  }
  return ports
}

async function leaseWithin(range: TestPorts, count: number): Promise<TestPorts | undefined> {
  const busy = new Set([...boundPorts()].map((port) => Math.floor(port / UNIT)))
  const needed = Math.ceil(count / UNIT)
  const held: { readonly unit: number; readonly guard: Server }[] = []
  for (const unit of unitsOf(range)) {
    const guard = busy.has(unit) ? undefined : await holdUnit(unit)
    if (guard === undefined) {
      for (const other of held.splice(0)) other.guard.close()
    } else {
      held.push({ unit, guard })
    }
    const [first] = held
    if (first !== undefined && held.length === needed) return { startPort: first.unit * UNIT, count }
  }
  for (const { guard } of held) guard.close()
  return undefined
}

function unitsOf({ startPort, count }: TestPorts): readonly number[] {
  const first = Math.floor(startPort / UNIT)
  return Array.from({ length: Math.ceil((startPort + count) / UNIT) - first }, (_, index) => first + index)
}

/** Holds a unit until this process ends, or the guard is closed. Undefined if another process holds it. */
function holdUnit(unit: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const guard = createServer().unref()
    guard.once('error', () => resolve(undefined))
    guard.listen({ host: '127.0.0.1', port: FIRST_GUARD + unit, exclusive: true }, () => resolve(guard))
  })
}
