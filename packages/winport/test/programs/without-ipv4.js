// Preloaded (--import): the sockets of this process refuse IPv4, as on a machine without it.
const { TCP } = process.binding('tcp_wrap')
const { UDP } = process.binding('udp_wrap')
const EAFNOSUPPORT = -97

for (const prototype of [TCP.prototype, UDP.prototype]) {
  for (const name of ['bind', 'connect', 'send']) {
    if (name in prototype) prototype[name] = () => EAFNOSUPPORT
  }
}
