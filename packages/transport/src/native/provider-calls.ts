import type { CallResult } from '../backend/call-result.js'

/** The service provider below Winsock. When a backend has one, `ioctl` and `startIoctl` call the provider. */
export interface ProviderCalls<Handle> {
  /** The path of the provider's library, for messages. */
  readonly path: string

  /** getsockopt of SO_PROTOCOL_INFOW: reads the catalog entry of the socket's provider. */
  protocolInfo(handle: Handle, info: Uint8Array): CallResult

  /**
   * WSPStartup, and everything else that the calls need. Fails with ERROR_PROC_NOT_FOUND if the provider has no WSPIoctl, and
   * with WSAVERNOTSUPPORTED if the provider does not support version 2.2. After an error the provider is not started.
   */
  startUp(info: Uint8Array): CallResult

  /** WSPCleanup. */
  cleanUp(): CallResult
}
