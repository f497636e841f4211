import type { NativeBackend } from '@winport/winsock-simulator'
import { createNapiTransport } from '../src/index.js'
import { napiBackend } from './napi-backend.js'

/** napi, asking the service provider. */
export const wspioctlBackend: NativeBackend = {
  ...napiBackend,
  name: 'napi through WSPIoctl',
  entryPoint: 'WSPIoctl',
  openTransport: (libraries) => createNapiTransport({ libraries, entryPoint: 'WSPIoctl' }),
}
