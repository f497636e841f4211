import type { PortMap } from '@winport/doctor'

const SYSTEMS: Readonly<Record<string, string>> = { win32: 'Windows', linux: 'Linux', darwin: 'macOS' }

/** `TCP ports of this machine (Windows)` */
export function mapTitle({ protocol, platform, simulated }: PortMap): string {
  const machine = simulated === true ? 'a simulated' : 'this'
  return `${protocol.toUpperCase()} ports of ${machine} machine (${SYSTEMS[platform] ?? platform})`
}

/** `512 ports` */
export function portCount(count: number): string {
  return `${count.toLocaleString('en')} port${count === 1 ? '' : 's'}`
}
