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

it('end() deletes the remaining reservations and closes the transports', async () => {
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

it('nothing can be created or opened after end()', async () => {
  const { kernel, own, plain } = open()
  const transport = await own.open(plain)
  const late = own.open(async () => {
    await setImmediate() // end() is called meanwhile
    return await plain()
  })
  await own.end(plain)
  await expect(late).rejects.toThrow('The probe has ended')
  await expect(own.open(plain)).rejects.toThrow('The probe has ended')
  await expect(transport.persistent.create(range)).rejects.toThrow('The probe has ended')
  kernel.assertNothingHeld()
  expect(kernel.inspect().processes).toEqual([])
})

it('refuses to delete a reservation that it did not create', async () => {
  const { own, plain } = open()
  const other = await plain()
  const token = await other.persistent.create(range)
  await using transport = await own.open(plain)
  await expect(transport.persistent.delete(range)).rejects.toThrow('tcp 5000 4 was not created by this probe')
  await expect(transport.persistent.delete({ ...range, count: 3 })).rejects.toMatchObject({ code: 'ERROR_NOT_FOUND' })
  await own.end(plain)
  expect(await other.persistent.lookup(range)).toBe(token)
})

it('prints the command that deletes a reservation it could not delete', async () => {
  const { kernel, own, plain } = open()
  await (await own.open(plain)).persistent.create(range)
  await expect(own.end(async () => kernel.openTransport({ elevated: false }))).rejects.toMatchObject({
    message: expect.stringContaining('`winport persistent delete tcp 5000 4`'),
    errors: [expect.objectContaining({ code: 'ERROR_ACCESS_DENIED' })],
  })
})
