import { leasePorts } from '@winport/windows'
import { expect, it } from 'vitest'
import { explainPort, openReservationManager } from '../src/index.js'

it('the errors of the front door name the commands that explain a refusal', async () => {
  await using manager = await openReservationManager({ transport: 'mock' })
  await manager.acquire({ protocol: 'tcp', startPort: 8085, count: 1 })
  await expect(manager.acquire({ protocol: 'tcp', startPort: 8085, count: 1 })).rejects.toThrow(
    / To find out why, run `winport why tcp 8085`, or call explainPort\(\) of winport\.$/,
  )
  await expect(manager.acquire({ protocol: 'tcp', startPort: 8080, count: 20 })).rejects.toThrow(
    / To find out why, run `winport map tcp`, or `winport why tcp 8080` for one port, or call explainPort\(\) of winport\.$/,
  )
})

it('the front door explains a port', async () => {
  const { startPort: port } = await leasePorts(1)
  expect(await explainPort({ protocol: 'tcp', port })).toMatchObject({ schema: 1, port, verdict: 'free' })
})
