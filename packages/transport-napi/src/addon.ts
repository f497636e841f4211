import type { CallResult } from '@winport/transport/backend'

/** The name of an object in the addon: an unguessable number that the addon refuses once the object is gone. */
export type Key = bigint

/**
 * The functions of the addon, described in `native/`. The addon checks every argument: a wrong argument, or the key of an
 * object that is gone, throws a TypeError.
 */
export interface Addon {
  load(winsock: string, ipHelper: string, kernel: string, provider?: string, security?: string): Key
  /** In addons for Windows only. */
  systemDirectory(): string
  startUp(library: Key): CallResult
  cleanUp(library: Key): CallResult
  protocolInfo(socket: Key, info: Uint8Array): CallResult
  startProvider(library: Key, info: Uint8Array): CallResult
  stopProvider(library: Key): CallResult
  openSocket(library: Key, family: number, type: number, protocol: number): Key | CallResult
  closeSocket(socket: Key): CallResult
  descriptor(socket: Key): number | bigint
  disown(socket: Key): void
  bind(socket: Key, name: Uint8Array, length: number): CallResult
  localName(socket: Key, name: Uint8Array): CallResult
  setOption(socket: Key, level: number, option: number, value: number): CallResult
  ioctl(socket: Key, code: number, input: Uint8Array | null, output?: Uint8Array | null): CallResult
  providerIoctl: Addon['ioctl']
  failedBytesReturned(): number
  startIoctl(socket: Key, code: number, input: Uint8Array | null, output: Uint8Array | null): CallResult | Key
  startProviderIoctl: Addon['startIoctl']
  cancel(call: Key): void
  onComplete(listener: (call: Key, result: CallResult, bytesReturned: number) => void): void
  onWaitRefused(listener: () => void): void
  retryWaits(): boolean
  callPersistent(
    library: Key,
    verbAndProtocol: number,
    startPort: number,
    count: number,
    token: Uint8Array,
    done: (errno: number) => void,
  ): boolean
  extendedTable(library: Key, isTcp: number, family: number, tableClass: number, table: Uint8Array): CallResult
  boundTable(library: Key, family: number, table: Uint8Array): CallResult
  processImage(library: Key, pid: number, image: Uint8Array): CallResult
  processUser(library: Key, pid: number, user: Uint8Array): CallResult
  services(library: Key, services: Uint8Array): CallResult
}
