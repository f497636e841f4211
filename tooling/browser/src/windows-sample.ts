import { type ExcludedRange, type Holder, mapPorts, type PortMap } from '@winport/doctor'

/** A Windows on which Docker and WSL run, whose dynamic range begins low: a machine on which everyday ports are refused. */
export function windowsSample(): PortMap {
  return mapPorts({
    platform: 'win32',
    protocol: 'tcp',
    held: [],
    dynamicRange: { value: { startPort: 1_024, endPort: 15_000 } },
    exclusions: { value: [...WINNAT, ...HTTP_SYS, { startPort: 50_000, endPort: 50_059, administered: true }] },
    sockets: { value: new Map([...SERVERS.map(serverOf), ...connections()]) },
  })
}

/** WinNAT takes blocks of 100, and puts some side by side. */
const WINNAT: readonly ExcludedRange[] = [
  1_193, 1_293, 1_393, 1_528, 2_262, 2_362, 2_741, 2_841, 2_941, 3_041, 4_390, 4_990, 5_090, 5_190, 5_357, 6_012, 6_900,
  7_000, 7_963, 8_063, 8_401, 9_237, 9_337, 9_437, 10_880, 11_601, 11_701, 12_955, 14_020, 14_120,
].map((startPort) => ({ startPort, endPort: startPort + 99, administered: false }))

const HTTP_SYS: readonly ExcludedRange[] = [80, 443, 5_985, 47_001].map((port) => ({
  startPort: port,
  endPort: port,
  administered: false,
}))

const SERVERS: readonly (readonly [port: number, pid: number, image: string, service?: string])[] = [
  [80, 4, 'System'],
  [135, 1_204, 'C:\\Windows\\System32\\svchost.exe', 'RpcSs'],
  [445, 4, 'System'],
  [3_306, 6_120, 'C:\\Program Files\\MySQL\\bin\\mysqld.exe', 'MySQL80'],
  [5_432, 5_812, 'C:\\Program Files\\PostgreSQL\\17\\bin\\postgres.exe', 'postgresql-x64-17'],
  [3_000, 14_233, 'C:\\Program Files\\nodejs\\node.exe'],
  [5_173, 15_020, 'C:\\Program Files\\nodejs\\node.exe'],
  [7_680, 1_876, 'C:\\Windows\\System32\\svchost.exe', 'DoSvc'],
  [27_017, 6_488, 'C:\\Program Files\\MongoDB\\bin\\mongod.exe', 'MongoDB'],
  [33_060, 6_120, 'C:\\Program Files\\MySQL\\bin\\mysqld.exe', 'MySQL80'],
]

function serverOf([port, pid, image, service]: (typeof SERVERS)[number]): readonly [number, readonly Holder[]] {
  const services = service === undefined ? [] : [service]
  const rest = { user: null, services, state: 'LISTEN', since: null, started: null, remote: null }
  return [port, [{ pid, image, address: '::', ...rest }]]
}

/** The connections of a web browser, at ports that Windows gave to it: not in a range that is reserved. */
function connections(): readonly (readonly [number, readonly Holder[]])[] {
  const image = 'C:\\Program Files\\Mozilla Firefox\\firefox.exe'
  const rest = { user: null, services: [], state: 'ESTABLISHED', since: null, started: null }
  return Array.from({ length: 90 }, (_, index) => {
    const port = 9_540 + ((index * index * 37 + index * 211) % 5_400)
    const holder = { pid: 9_412, image, address: '192.168.1.20', remote: `203.0.113.${index + 1}:443`, ...rest }
    return [port, [holder]] as const
  }).filter(([port]) => !WINNAT.some(({ startPort, endPort }) => startPort <= port && port <= endPort))
}
