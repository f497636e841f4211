import { ReservationManager } from '@winport/manager'
import type { Transport } from '@winport/transport'
import { WORLD_ANSWERS, type World } from '@winport/transport/backend'
import { MockKernel } from '@winport/transport-mock'
import { describe, expect, it } from 'vitest'
import { acquire } from '../src/cli/acquire-command.js'
import { info } from '../src/cli/info-command.js'
import { persistent } from '../src/cli/persistent-command.js'
import type { PersistentVerb } from '../src/cli/persistent-verbs.js'
import { probe } from '../src/cli/probe-command.js'
import { runDemo } from '../src/demo/demo.js'
import type { MachineEnvironment } from '../src/machine/machine-environment.js'
import { captureOutput } from './captured-output.js'

// Each command must work on any Windows: in the default world, and in each world that differs from it in one answer.

const worlds: readonly { readonly name: string; readonly world: Partial<World> }[] = [
  { name: 'the default world', world: {} },
  ...Object.entries(WORLD_ANSWERS).flatMap(([point, [, ...alternatives]]) =>
    alternatives.map((answer) => ({ name: `a world with ${point} ${answer}`, world: { [point]: answer } })),
  ),
]

/** A Windows whose only native backend opens processes of a kernel. */
function windowsOn(kernel: MockKernel, elevated: boolean): MachineEnvironment {
  return {
    platform: 'win32',
    release: `10.0.${kernel.windowsBuild}`,
    environment: { SystemRoot: 'C:\\Windows' },
    run: async (program) => (program.endsWith('netsh.exe') ? '49152 : 16384' : '"","","S-1-16-8192"'),
    importBackend: async () => ({ createNapiTransport: () => asNapi(kernel.openTransport({ elevated })) }),
  }
}

function asNapi(transport: Transport): Transport {
  const { persistent } = transport
  const close = () => transport.close()
  const openSocket: Transport['openSocket'] = (spec) => transport.openSocket(spec)
  return { name: 'napi', persistent, openSocket, close, [Symbol.asyncDispose]: close }
}

describe.each(worlds)('in $name', ({ world }) => {
  const kernel = new MockKernel({ world })
  const user = windowsOn(kernel, false)
  const administrator = windowsOn(kernel, true)

  it('acquire prints a block and releases it', async () => {
    const { error, stdout } = await captureOutput(() => acquire(['tcp', '20'], { json: true }, user))
    expect(error).toBeUndefined()
    const { startPort, endPort, count } = JSON.parse(stdout)
    expect([endPort - startPort + 1, count]).toEqual([20, 20])
    kernel.assertNothingHeld()
  })

  it('acquire refuses a range that another process holds, and finds another one', async () => {
    await using other = new ReservationManager({ transport: kernel.openTransport() })
    await other.acquire({ protocol: 'udp', startPort: 5000, count: 5 })
    const refused = await captureOutput(() => acquire(['udp', '5004', '2'], {}, user))
    expect(refused).toMatchObject({ stdout: '', error: { code: 'ERR_PORT_RANGE_IN_USE' } })
    for (const [block, options] of [
      [['udp', '5004,5005', '2'], {}],
      [['udp', '2'], { within: '5004-5010' }],
      [['2'], { matched: true, within: '5004-5010' }],
    ] as const) {
      const { error, stdout } = await captureOutput(() => acquire(block, options, user))
      expect(error).toBeUndefined()
      expect(stdout).toMatch(/^start {5}5005$/m)
    }
    const { error } = await captureOutput(() => acquire(['udp', '6'], { within: '5000-5009' }, user))
    expect(error).toMatchObject({ code: 'ERR_PORT_RANGE_IN_USE' })
  })

  it('acquire says that no block is so large', async () => {
    const { error } = await captureOutput(() => acquire(['tcp', '65000'], {}, user))
    expect(error).toMatchObject({ code: 'ERR_PORT_RANGE_IN_USE', message: expect.stringContaining('65000') })
    kernel.assertNothingHeld()
  })

  it('persistent creates, finds, ensures and deletes a reservation, and asks for elevation where it is needed', async () => {
    const run = (verb: PersistentVerb, machine: MachineEnvironment) =>
      captureOutput(() => persistent(verb, 'tcp', '6000', '4', {}, machine))
    expect(await run('create', user)).toMatchObject({ stdout: '', error: { code: 'ERR_ELEVATION_REQUIRED' } })
    expect(await run('lookup', administrator)).toMatchObject({ error: { code: 'ERR_RESERVATION_NOT_FOUND' } })
    const { error, stdout } = await run('create', administrator)
    expect(error).toBeUndefined()
    expect(await run('lookup', administrator)).toEqual({ stdout, stderr: '' })
    expect(await run('ensure', administrator)).toEqual({ stdout, stderr: '' })
    const lookup = await run('lookup', user)
    if (kernel.world.lookupUnelevated === 'success') expect(lookup.stdout).toBe(stdout)
    else expect(lookup).toMatchObject({ stdout: '', error: { code: 'ERR_ELEVATION_REQUIRED' } })
    expect((await run('delete', administrator)).stdout).toBe('tcp 6000-6003 deleted\n')
    kernel.assertNothingHeld()
  })

  it('info prints the machine', async () => {
    const { error, stdout } = await captureOutput(() => info({}, user))
    expect(error).toBeUndefined()
    expect(stdout).toMatch(/^backend {3}napi$/m)
  })

  it('demo completes every step', async () => {
    const { error, stdout } = await captureOutput(() =>
      runDemo({ transport: 'mock' }, { platform: 'win32', simulated: { world } }),
    )
    expect(error, stdout).toBeUndefined()
    expect(stdout).toMatch(/\nEvery step succeeded\.\n$/)
  })

  it('probe passes every test', async () => {
    const machine = { ...user, simulated: { world } }
    const { error, stdout } = await captureOutput(() => probe({ transport: 'mock' }, machine))
    expect(error, stdout).toBeUndefined()
  })
})
