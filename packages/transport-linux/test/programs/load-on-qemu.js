// Under Node.js for arm64 in qemu: loads the addon, holds ports and frees them. qemu lacks SO_BINDTOIFINDEX, so that the transport
// must say that it cannot hand ports over.
import { ok, rejects, strictEqual } from 'node:assert/strict'
import { createLinuxTransport } from '../../dist/index.js'
import { addon } from './addon.js'

strictEqual(process.arch, 'arm64')
const socket = addon.open(0, 0)
const first = addon.acquire(socket, 61_000, 65_535, 20, new Uint8Array(8))
ok(first >= 61_000, `acquire returned ${first}`)
strictEqual(String(addon.counts()), '1,1,20,0')
strictEqual(addon.close(socket), 0)
strictEqual(String(addon.counts()), '0,0,0,0')
await rejects(async () => createLinuxTransport(), {
  code: 'ERR_TRANSPORT_UNAVAILABLE',
  message: /the holder could not be moved to another device \(SO_BINDTOIFINDEX; needs Linux 5\.7\) \(ENOPROTOOPT\)/,
})
console.log('The addon for arm64 loads, holds ports and frees them.')
