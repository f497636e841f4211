export type { EntryPoint, WinsockLibraries } from '@winport/transport'
export { createKoffiTransport, type KoffiTransportOptions } from './koffi-transport.js'
