/** A struct of Winsock's service provider interface, which a provider fills in. The layout is the same on x86, x64 and arm64. */
export interface ProviderStruct<Field extends string> {
  /** The struct's name in the Windows headers. */
  readonly name: string
  /** `sizeof` the struct, in bytes. */
  readonly size: number
  /** `offsetof` the fields of interest, in bytes. */
  readonly offsetOf: Readonly<Record<Field, number>>
}

/** The version and description that a provider reports in WSPStartup. ws2spi.h */
export const WSPDATA: ProviderStruct<'wVersion' | 'wHighVersion' | 'szDescription'> = {
  name: 'WSPDATA',
  size: 516,
  offsetOf: { wVersion: 0, wHighVersion: 2, szDescription: 4 },
}

/** A socket's catalog entry, which names its provider. getsockopt writes it for SO_PROTOCOL_INFOW. winsock2.h */
export const WSAPROTOCOL_INFOW: ProviderStruct<'ProviderId' | 'ProtocolChain' | 'iVersion' | 'szProtocol'> = {
  name: 'WSAPROTOCOL_INFOW',
  size: 628,
  offsetOf: { ProviderId: 20, ProtocolChain: 40, iVersion: 72, szProtocol: 116 },
}

/** The functions of a provider: the pointers of a WSPPROC_TABLE, in order. ws2spi.h */
export const WSPPROC_TABLE = [
  'lpWSPAccept',
  'lpWSPAddressToString',
  'lpWSPAsyncSelect',
  'lpWSPBind',
  'lpWSPCancelBlockingCall',
  'lpWSPCleanup',
  'lpWSPCloseSocket',
  'lpWSPConnect',
  'lpWSPDuplicateSocket',
  'lpWSPEnumNetworkEvents',
  'lpWSPEventSelect',
  'lpWSPGetOverlappedResult',
  'lpWSPGetPeerName',
  'lpWSPGetSockName',
  'lpWSPGetSockOpt',
  'lpWSPGetQOSByName',
  'lpWSPIoctl',
  'lpWSPJoinLeaf',
  'lpWSPListen',
  'lpWSPRecv',
  'lpWSPRecvDisconnect',
  'lpWSPRecvFrom',
  'lpWSPSelect',
  'lpWSPSend',
  'lpWSPSendDisconnect',
  'lpWSPSendTo',
  'lpWSPSetSockOpt',
  'lpWSPShutdown',
  'lpWSPSocket',
  'lpWSPStringToAddress',
] as const

/** The functions that a provider may call: the pointers of a WSPUPCALLTABLE, in order. ws2spi.h */
export const WSPUPCALLTABLE = [
  'lpWPUCloseEvent',
  'lpWPUCloseSocketHandle',
  'lpWPUCreateEvent',
  'lpWPUCreateSocketHandle',
  'lpWPUFDIsSet',
  'lpWPUGetProviderPath',
  'lpWPUModifyIFSHandle',
  'lpWPUPostMessage',
  'lpWPUQueryBlockingCallback',
  'lpWPUQuerySocketHandleContext',
  'lpWPUQueueApc',
  'lpWPUResetEvent',
  'lpWPUSetEvent',
  'lpWPUOpenCurrentThread',
  'lpWPUCloseThread',
] as const
