import type { NativeBackend } from '@winport/winsock-simulator'
import { createKoffiTransport } from '../src/index.js'
import { koffiBackend } from './koffi-backend.js'

/** koffi, asking the service provider. */
export const wspioctlBackend: NativeBackend = {
  ...koffiBackend,
  name: 'koffi through WSPIoctl',
  entryPoint: 'WSPIoctl',
  openTransport: (libraries) => createKoffiTransport({ libraries, entryPoint: 'WSPIoctl' }),
}
