import type { CallResult } from '../backend/call-result.js'

/** The service provider below Winsock, as a native backend starts it. Its control calls are `ioctl` and `startIoctl` then. */
export interface ProviderCalls<Handle> {
  /** The path of its library, for messages. */
  readonly path: string

  /** getsockopt of SO_PROTOCOL_INFOW: the catalog's entry of the socket's provider. */
  protocolInfo(handle: Handle, info: Uint8Array): CallResult

  /**
   * WSPStartup, and whatever the calls need besides. ERROR_PROC_NOT_FOUND if the provider has no WSPIoctl,
   * WSAVERNOTSUPPORTED if it settles for less than version 2.2; it is not started then.
   */
  startUp(info: Uint8Array): CallResult

  /** WSPCleanup. */
  cleanUp(): CallResult
}
