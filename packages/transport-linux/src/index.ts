export { readBoundSockets } from './bound-sockets.js'
export { createLinuxTransport, type LinuxTransportOptions } from './linux-transport.js'
