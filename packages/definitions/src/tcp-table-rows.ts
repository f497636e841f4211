import { type SocketTableRowCodec, socketTableRow } from './socket-table-row.js'

/**
 * A TCP socket of IPv4 and its process.
 *
 * @see https://learn.microsoft.com/en-us/windows/win32/api/tcpmib/ns-tcpmib-mib_tcprow_owner_pid
 */
export interface MIB_TCPROW_OWNER_PID {
  /** A MIB_TCP_STATE, such as MIB_TCP_STATE_LISTEN. */
  dwState: number
  /** The local address as a dotted quad. */
  dwLocalAddr: string
  /** The local port, 0 to 65535. Host order in the value, network order in the bytes. */
  dwLocalPort: number
  /** The remote address as a dotted quad; `0.0.0.0` if the socket is not connected. */
  dwRemoteAddr: string
  /** The remote port, 0 to 65535. Undefined while the socket listens. */
  dwRemotePort: number
  /** The process; 0 if no process has the socket any more. */
  dwOwningPid: number
}

/**
 * A TCP socket of IPv4, its process and its time of creation.
 *
 * @see https://learn.microsoft.com/en-us/windows/win32/api/tcpmib/ns-tcpmib-mib_tcprow_owner_module
 */
export interface MIB_TCPROW_OWNER_MODULE extends MIB_TCPROW_OWNER_PID {
  /** When the socket was bound, a FILETIME: units of 100 ns since 1601 in UTC. 0 if that is not known. */
  liCreateTimestamp: bigint
}

/**
 * A TCP socket of IPv6 and its process.
 *
 * @see https://learn.microsoft.com/en-us/windows/win32/api/tcpmib/ns-tcpmib-mib_tcp6row_owner_pid
 */
export interface MIB_TCP6ROW_OWNER_PID {
  /** The local address as text without a zone. */
  ucLocalAddr: string
  /** The interface index of a link-local address. 0 means none. */
  dwLocalScopeId: number
  /** The local port, 0 to 65535. Host order in the value, network order in the bytes. */
  dwLocalPort: number
  /** The remote address as text without a zone; `::` if the socket is not connected. */
  ucRemoteAddr: string
  /** The interface index of a link-local address. 0 means none. */
  dwRemoteScopeId: number
  /** The remote port, 0 to 65535. Undefined while the socket listens. */
  dwRemotePort: number
  /** A MIB_TCP_STATE, such as MIB_TCP_STATE_LISTEN. */
  dwState: number
  /** The process; 0 if no process has the socket any more. */
  dwOwningPid: number
}

/**
 * A TCP socket of IPv6, its process and its time of creation.
 *
 * @see https://learn.microsoft.com/en-us/windows/win32/api/tcpmib/ns-tcpmib-mib_tcp6row_owner_module
 */
export interface MIB_TCP6ROW_OWNER_MODULE extends MIB_TCP6ROW_OWNER_PID {
  /** When the socket was bound, a FILETIME: units of 100 ns since 1601 in UTC. 0 if that is not known. */
  liCreateTimestamp: bigint
}

/**
 * A TCP socket of IPv4 that may only be bound.
 *
 * @see https://learn.microsoft.com/en-us/windows/win32/api/tcpmib/ns-tcpmib-mib_tcprow2
 */
export interface MIB_TCPROW2 extends MIB_TCPROW_OWNER_PID {
  /** A TCP_CONNECTION_OFFLOAD_STATE. */
  dwOffloadState: number
}

/**
 * A TCP socket of IPv6 that may only be bound. The fields are those of {@link MIB_TCP6ROW_OWNER_PID}, some with other names.
 *
 * @see https://learn.microsoft.com/en-us/windows/win32/api/tcpmib/ns-tcpmib-mib_tcp6row2
 */
export interface MIB_TCP6ROW2 {
  /** The local address as text without a zone. */
  LocalAddr: string
  /** The interface index of a link-local address. 0 means none. */
  dwLocalScopeId: number
  /** The local port, 0 to 65535. Host order in the value, network order in the bytes. */
  dwLocalPort: number
  /** The remote address as text without a zone; `::` if the socket is not connected. */
  RemoteAddr: string
  /** The interface index of a link-local address. 0 means none. */
  dwRemoteScopeId: number
  /** The remote port, 0 to 65535. */
  dwRemotePort: number
  /** A MIB_TCP_STATE. */
  State: number
  /** The process; 0 if no process has the socket any more. */
  dwOwningPid: number
  /** A TCP_CONNECTION_OFFLOAD_STATE. */
  dwOffloadState: number
}

const IPV4 = {
  dwState: [0, 'dword'],
  dwLocalAddr: [4, 'ipv4'],
  dwLocalPort: [8, 'port'],
  dwRemoteAddr: [12, 'ipv4'],
  dwRemotePort: [16, 'port'],
  dwOwningPid: [20, 'dword'],
} as const

const IPV6 = {
  ucLocalAddr: [0, 'ipv6'],
  dwLocalScopeId: [16, 'dword'],
  dwLocalPort: [20, 'port'],
  ucRemoteAddr: [24, 'ipv6'],
  dwRemoteScopeId: [40, 'dword'],
  dwRemotePort: [44, 'port'],
  dwState: [48, 'dword'],
  dwOwningPid: [52, 'dword'],
} as const

/** The 24 bytes of a row of a MIB_TCPTABLE_OWNER_PID. */
export const MIB_TCPROW_OWNER_PID: SocketTableRowCodec<MIB_TCPROW_OWNER_PID, keyof typeof IPV4> = socketTableRow(
  'MIB_TCPROW_OWNER_PID',
  24,
  'MIB_TCPTABLE_OWNER_PID',
  4,
  IPV4,
)

/** The 160 bytes of a row of a MIB_TCPTABLE_OWNER_MODULE. OwningModuleInfo is not part of the value. */
export const MIB_TCPROW_OWNER_MODULE: SocketTableRowCodec<
  MIB_TCPROW_OWNER_MODULE,
  keyof MIB_TCPROW_OWNER_MODULE | 'OwningModuleInfo'
> = socketTableRow('MIB_TCPROW_OWNER_MODULE', 160, 'MIB_TCPTABLE_OWNER_MODULE', 8, {
  ...IPV4,
  liCreateTimestamp: [24, 'time'],
  OwningModuleInfo: [32],
})

/** The 56 bytes of a row of a MIB_TCP6TABLE_OWNER_PID. */
export const MIB_TCP6ROW_OWNER_PID: SocketTableRowCodec<MIB_TCP6ROW_OWNER_PID, keyof typeof IPV6> = socketTableRow(
  'MIB_TCP6ROW_OWNER_PID',
  56,
  'MIB_TCP6TABLE_OWNER_PID',
  4,
  IPV6,
)

/** The 192 bytes of a row of a MIB_TCP6TABLE_OWNER_MODULE. OwningModuleInfo is not part of the value. */
export const MIB_TCP6ROW_OWNER_MODULE: SocketTableRowCodec<
  MIB_TCP6ROW_OWNER_MODULE,
  keyof MIB_TCP6ROW_OWNER_MODULE | 'OwningModuleInfo'
> = socketTableRow('MIB_TCP6ROW_OWNER_MODULE', 192, 'MIB_TCP6TABLE_OWNER_MODULE', 8, {
  ...IPV6,
  liCreateTimestamp: [56, 'time'],
  OwningModuleInfo: [64],
})

/** The 28 bytes of a row of a MIB_TCPTABLE2. */
export const MIB_TCPROW2: SocketTableRowCodec<MIB_TCPROW2, keyof MIB_TCPROW2> = socketTableRow(
  'MIB_TCPROW2',
  28,
  'MIB_TCPTABLE2',
  4,
  { ...IPV4, dwOffloadState: [24, 'dword'] },
)

/** The 60 bytes of a row of a MIB_TCP6TABLE2. */
export const MIB_TCP6ROW2: SocketTableRowCodec<MIB_TCP6ROW2, keyof MIB_TCP6ROW2> = socketTableRow(
  'MIB_TCP6ROW2',
  60,
  'MIB_TCP6TABLE2',
  4,
  {
    LocalAddr: [0, 'ipv6'],
    dwLocalScopeId: [16, 'dword'],
    dwLocalPort: [20, 'port'],
    RemoteAddr: [24, 'ipv6'],
    dwRemoteScopeId: [40, 'dword'],
    dwRemotePort: [44, 'port'],
    State: [48, 'dword'],
    dwOwningPid: [52, 'dword'],
    dwOffloadState: [56, 'dword'],
  },
)
