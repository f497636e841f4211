export type { EntryPoint, WinsockLibraries } from '@winport/transport'
export { createNapiTransport, type NapiTransportOptions } from './napi-transport.js'
