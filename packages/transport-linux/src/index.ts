export { createLinuxTransport, type LinuxTransportOptions } from './linux-transport.js'
