import { setImmediate } from 'node:timers/promises'
import type { Transport } from '@winport/transport'
import { MockKernel } from '@winport/transport-mock'
import { expect, it } from 'vitest'
import { OwnReservations } from '../src/probe/own-reservations.js'

const range = { protocol: 'tcp', startPort: 5000, count: 4 } as const

function open(): { kernel: MockKernel; own: OwnReservations; plain: () => Promise<Transport> } {
  const kernel = new MockKernel()
  return { kernel, own: new OwnReservations(), plain: async () => kernel.openTransport({ elevated: true }) }
}

it('what was created and not deleted again is deleted in the end, and the transports are closed', async () => {
  const { kernel, own, plain } = open()
  const transport = await own.open(plain)
  await transport.persistent.create(range)
  await transport.persistent.create({ ...range, protocol: 'udp' })
  await transport.persistent.delete(range)
  transport.openSocket({ protocol: 'tcp' })
  await own.end(plain)
  kernel.assertNothingHeld()
  expect(kernel.inspect().processes).toEqual([])
})

it('after the end nothing is created or opened any more', async () => {
  const { kernel, own, plain } = open()
  const transport = await own.open(plain)
  const late = own.open(async () => {
    await setImmediate() // meanwhile it ends
    return await plain()
  })
  await own.end(plain)
  await expect(late).rejects.toThrow('The probe is over')
  await expect(own.open(plain)).rejects.toThrow('The probe is over')
  await expect(transport.persistent.create(range)).rejects.toThrow('The probe is over')
  kernel.assertNothingHeld()
  expect(kernel.inspect().processes).toEqual([])
})

it("does not delete what is somebody else's", async () => {
  const { own, plain } = open()
  const somebody = await plain()
  const token = await somebody.persistent.create(range)
  await using transport = await own.open(plain)
  await expect(transport.persistent.delete(range)).rejects.toThrow("tcp 5000 4 is somebody else's")
  await expect(transport.persistent.delete({ ...range, count: 3 })).rejects.toMatchObject({ code: 'ERROR_NOT_FOUND' })
  await own.end(plain)
  expect(await somebody.persistent.lookup(range)).toBe(token)
})

it('says how to delete what it could not delete', async () => {
  const { kernel, own, plain } = open()
  await (await own.open(plain)).persistent.create(range)
  await expect(own.end(async () => kernel.openTransport({ elevated: false }))).rejects.toMatchObject({
    message: expect.stringContaining('`winport persistent delete tcp 5000 4`'),
    errors: [expect.objectContaining({ code: 'ERROR_ACCESS_DENIED' })],
  })
})
