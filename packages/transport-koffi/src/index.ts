export type { EntryPoint, WinsockLibraries } from '@winport/transport/native'
export { createKoffiTransport, type KoffiTransportOptions } from './koffi-transport.js'
