export type { WinsockLibraries } from '@winport/transport'
export { createKoffiTransport, type KoffiTransportOptions } from './koffi-transport.js'
