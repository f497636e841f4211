import { expect, it } from 'vitest'
import { persistentFunctionName } from '../src/index.js'

it('persistentFunctionName returns the six names of iphlpapi.h', () => {
  const names = (['tcp', 'udp'] as const).flatMap((protocol) =>
    (['Create', 'Delete', 'Lookup'] as const).map((verb) => persistentFunctionName(verb, protocol)),
  )
  expect(names).toEqual([
    'CreatePersistentTcpPortReservation',
    'DeletePersistentTcpPortReservation',
    'LookupPersistentTcpPortReservation',
    'CreatePersistentUdpPortReservation',
    'DeletePersistentUdpPortReservation',
    'LookupPersistentUdpPortReservation',
  ])
})
