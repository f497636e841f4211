import type { NativeBackend } from '@winport/winsock-simulator'

/** The same backend, making its control calls of the service provider. */
export function throughWSPIoctl(backend: NativeBackend): NativeBackend {
  return {
    ...backend,
    name: `${backend.name}-WSPIoctl`,
    entryPoint: 'WSPIoctl',
    openTransport: (libraries) => backend.openTransport(libraries, 'WSPIoctl'),
  }
}
