import type { NativeBackend } from '@winport/winsock-simulator'
import { createKoffiTransport } from '../src/index.js'

export const koffiBackend: NativeBackend = {
  name: 'koffi',
  module: new URL('../dist/index.js', import.meta.url),
  factory: 'createKoffiTransport',
  openTransport: (libraries, entryPoint) => createKoffiTransport({ libraries, entryPoint }),
}
