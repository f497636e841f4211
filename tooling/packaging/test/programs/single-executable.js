// The program of the single executable. Serves over the addon, which is an asset of the executable, on the simulator:
// single-executable <library> <folder for the addon>
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { getRawAsset } from 'node:sea'
import { createNapiTransport } from '@winport/transport-napi'
import { openReservationManager } from 'winport'
import { SIMULATOR_PORT, serveOnce } from './serve-once.mjs'

const [library, folder] = process.argv.slice(2)

async function run() {
  const addon = join(folder, 'winport-transport.napi.node') // the system loads addons only from files
  writeFileSync(addon, new Uint8Array(getRawAsset('winport-transport.napi.node')))
  const libraries = { winsock: library, ipHelper: library, kernel: library }
  const manager = await openReservationManager({ transport: createNapiTransport({ addon, libraries }) })
  return await serveOnce(manager, SIMULATOR_PORT)
}

// The executable contains CommonJS, which has no top-level await.
run().then(
  (served) => console.log(JSON.stringify(served)),
  ({ code, message }) => console.log(JSON.stringify({ code, message })),
)
