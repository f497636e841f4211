// Loads the addon several times: through two copies of the module, and from the same file with the module cache cleared. Prints
// how many of them accept a socket of another.
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { acquireBuffers, counts } from '@winport/native-suite/programs'
import { simulatorLibraries as libraries } from '@winport/winsock-simulator'
import { createNapiTransport } from '../dist/index.js'

const copy = await import('../dist/index.js?copy')
const require = createRequire(import.meta.url)
const prebuilt = `../prebuilds/${process.platform}-${process.arch}/winport-transport.napi.node`
const path = fileURLToPath(new URL(prebuilt, import.meta.url))
const addons = Array.from({ length: 5 }, () => {
  delete require.cache[path]
  return require(path)
})
const keys = addons.map((addon) => {
  const library = addon.load(libraries.winsock, libraries.ipHelper, libraries.kernel)
  addon.startUp(library)
  return { addon, library, socket: addon.openSocket(library, 2, 1, 6) }
})
const foreign = keys.filter(({ socket }, i) => {
  try {
    keys[(i + 1) % keys.length].addon.closeSocket(socket)
    return true
  } catch {
    return false
  }
}).length
for (const { addon, library, socket } of keys) {
  addon.closeSocket(socket)
  addon.cleanUp(library)
}
const ports = []
for (const create of [createNapiTransport, copy.createNapiTransport]) {
  const transport = create({ libraries })
  const { input, output } = acquireBuffers(3)
  await transport.openSocket({ protocol: 'tcp' }).ioctlAsync(0x98000064, input, output)
  ports.push(output[2])
  await transport.close()
}
console.log(JSON.stringify({ addons: new Set(addons).size, foreign, ports, left: counts() }))
