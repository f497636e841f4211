// Which rows GetExtendedTcpTable and GetExtendedUdpTable write. iprtrmib.h

/** GetExtendedTcpTable: all TCP sockets, in rows with their process. */
export const TCP_TABLE_OWNER_PID_ALL = 5
/** GetExtendedTcpTable: all TCP sockets, in rows with their process, module and time of creation. */
export const TCP_TABLE_OWNER_MODULE_ALL = 8
/** GetExtendedUdpTable: all UDP sockets, in rows with their process. */
export const UDP_TABLE_OWNER_PID = 1
/** GetExtendedUdpTable: all UDP sockets, in rows with their process, module and time of creation. */
export const UDP_TABLE_OWNER_MODULE = 2
