import { type SocketTableRowCodec, socketTableRow } from './socket-table-row.js'

/**
 * A UDP socket of IPv4 and its process.
 *
 * @see https://learn.microsoft.com/en-us/windows/win32/api/udpmib/ns-udpmib-mib_udprow_owner_pid
 */
export interface MIB_UDPROW_OWNER_PID {
  /** The local address as a dotted quad. */
  dwLocalAddr: string
  /** The local port, 0 to 65535. Host order in the value, network order in the bytes. */
  dwLocalPort: number
  /** The process; 0 if no process has the socket any more. */
  dwOwningPid: number
}

/**
 * A UDP socket of IPv4, its process and its time of creation.
 *
 * @see https://learn.microsoft.com/en-us/windows/win32/api/udpmib/ns-udpmib-mib_udprow_owner_module
 */
export interface MIB_UDPROW_OWNER_MODULE extends MIB_UDPROW_OWNER_PID {
  /** When the socket was bound, a FILETIME: units of 100 ns since 1601 in UTC. 0 if that is not known. */
  liCreateTimestamp: bigint
}

/**
 * A UDP socket of IPv6 and its process.
 *
 * @see https://learn.microsoft.com/en-us/windows/win32/api/udpmib/ns-udpmib-mib_udp6row_owner_pid
 */
export interface MIB_UDP6ROW_OWNER_PID {
  /** The local address as text without a zone. */
  ucLocalAddr: string
  /** The interface index of a link-local address. 0 means none. */
  dwLocalScopeId: number
  /** The local port, 0 to 65535. Host order in the value, network order in the bytes. */
  dwLocalPort: number
  /** The process; 0 if no process has the socket any more. */
  dwOwningPid: number
}

/**
 * A UDP socket of IPv6, its process and its time of creation.
 *
 * @see https://learn.microsoft.com/en-us/windows/win32/api/udpmib/ns-udpmib-mib_udp6row_owner_module
 */
export interface MIB_UDP6ROW_OWNER_MODULE extends MIB_UDP6ROW_OWNER_PID {
  /** When the socket was bound, a FILETIME: units of 100 ns since 1601 in UTC. 0 if that is not known. */
  liCreateTimestamp: bigint
}

const IPV4 = { dwLocalAddr: [0, 'ipv4'], dwLocalPort: [4, 'port'], dwOwningPid: [8, 'dword'] } as const

const IPV6 = {
  ucLocalAddr: [0, 'ipv6'],
  dwLocalScopeId: [16, 'dword'],
  dwLocalPort: [20, 'port'],
  dwOwningPid: [24, 'dword'],
} as const

/** The 12 bytes of a row of a MIB_UDPTABLE_OWNER_PID. */
export const MIB_UDPROW_OWNER_PID: SocketTableRowCodec<MIB_UDPROW_OWNER_PID, keyof typeof IPV4> = socketTableRow(
  'MIB_UDPROW_OWNER_PID',
  12,
  'MIB_UDPTABLE_OWNER_PID',
  4,
  IPV4,
)

/** The 160 bytes of a row of a MIB_UDPTABLE_OWNER_MODULE. dwFlags and OwningModuleInfo are not part of the value. */
export const MIB_UDPROW_OWNER_MODULE: SocketTableRowCodec<
  MIB_UDPROW_OWNER_MODULE,
  keyof MIB_UDPROW_OWNER_MODULE | 'dwFlags' | 'OwningModuleInfo'
> = socketTableRow('MIB_UDPROW_OWNER_MODULE', 160, 'MIB_UDPTABLE_OWNER_MODULE', 8, {
  ...IPV4,
  liCreateTimestamp: [16, 'time'],
  dwFlags: [24],
  OwningModuleInfo: [32],
})

/** The 28 bytes of a row of a MIB_UDP6TABLE_OWNER_PID. */
export const MIB_UDP6ROW_OWNER_PID: SocketTableRowCodec<MIB_UDP6ROW_OWNER_PID, keyof typeof IPV6> = socketTableRow(
  'MIB_UDP6ROW_OWNER_PID',
  28,
  'MIB_UDP6TABLE_OWNER_PID',
  4,
  IPV6,
)

/** The 176 bytes of a row of a MIB_UDP6TABLE_OWNER_MODULE. dwFlags and OwningModuleInfo are not part of the value. */
export const MIB_UDP6ROW_OWNER_MODULE: SocketTableRowCodec<
  MIB_UDP6ROW_OWNER_MODULE,
  keyof MIB_UDP6ROW_OWNER_MODULE | 'dwFlags' | 'OwningModuleInfo'
> = socketTableRow('MIB_UDP6ROW_OWNER_MODULE', 176, 'MIB_UDP6TABLE_OWNER_MODULE', 8, {
  ...IPV6,
  liCreateTimestamp: [32, 'time'],
  dwFlags: [40],
  OwningModuleInfo: [48],
})
