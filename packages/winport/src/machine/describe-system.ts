import type { WinsockLibraries } from '@winport/transport/native'

/** Says in words what a native backend works on. */
export function describeSystem(backend: string, libraries: WinsockLibraries | undefined): string {
  if (backend === 'linux') return 'ports of this machine, held with sockets'
  return libraries === undefined ? 'the libraries of Windows' : `a simulation of Windows, ${libraries.winsock}`
}
