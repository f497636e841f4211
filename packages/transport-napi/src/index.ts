export type { EntryPoint, WinsockLibraries } from '@winport/transport/native'
export { createNapiTransport, type NapiTransportOptions } from './napi-transport.js'
