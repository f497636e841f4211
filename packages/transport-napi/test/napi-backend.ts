import type { NativeBackend } from '@winport/winsock-simulator'
import { createNapiTransport } from '../src/index.js'

export const napiBackend: NativeBackend = {
  name: 'napi',
  module: new URL('../dist/index.js', import.meta.url),
  factory: 'createNapiTransport',
  openTransport: (libraries, entryPoint) => createNapiTransport({ libraries, entryPoint }),
}
