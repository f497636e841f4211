import type { Holder, PortFacts } from '../src/index.js'

/** A refused port of a Windows whose facts are all known; nothing has the port. */
export function windowsFacts(changed: Partial<PortFacts> = {}): PortFacts {
  return {
    platform: 'win32',
    protocol: 'tcp',
    port: 8085,
    host: '::',
    self: { pid: 700, user: 'PC\\me' },
    probes: [
      { how: 'bind', address: '::', result: 'EACCES' },
      { how: 'bind', address: '0.0.0.0', result: 'EACCES' },
      { how: 'reserve', address: null, result: 'WSAEADDRINUSE' },
    ],
    sockets: { value: [] },
    exclusions: { value: [] },
    dynamicRange: { value: { startPort: 49_152, endPort: 65_535 } },
    firstUnprivilegedPort: { value: 0 },
    held: [],
    nextFree: 8086,
    notProbed: {},
    ...changed,
  }
}

/** A refused port of a Linux whose facts are all known; nothing has the port. */
export function linuxFacts(changed: Partial<PortFacts> = {}): PortFacts {
  return windowsFacts({
    platform: 'linux',
    self: { pid: 700, user: 'me' },
    probes: [
      { how: 'bind', address: '::', result: 'EADDRINUSE' },
      { how: 'bind', address: '0.0.0.0', result: 'EADDRINUSE' },
    ],
    dynamicRange: { value: { startPort: 32_768, endPort: 60_999 } },
    firstUnprivilegedPort: { value: 1024 },
    ...changed,
  })
}

export function holder(changed: Partial<Holder> = {}): Holder {
  return {
    pid: 14_233,
    image: 'C:\\Program Files\\nodejs\\node.exe',
    user: null,
    services: null,
    address: '::',
    state: 'LISTEN',
    since: null,
    started: null,
    remote: null,
    ...changed,
  }
}
