import type { NativeBackend } from '@winport/winsock-simulator'

/** The same backend with WSPIoctl as its entry point. */
export function throughWSPIoctl(backend: NativeBackend): NativeBackend {
  return {
    ...backend,
    name: `${backend.name}-WSPIoctl`,
    entryPoint: 'WSPIoctl',
    openTransport: (libraries) => backend.openTransport(libraries, 'WSPIoctl'),
  }
}
