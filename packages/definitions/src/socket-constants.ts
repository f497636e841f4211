/** No address family in particular. winsock2.h */
export const AF_UNSPEC = 0
/** Unix domain sockets. winsock2.h */
export const AF_UNIX = 1
/** IPv4. winsock2.h */
export const AF_INET = 2
/** IPv6. Other systems use other numbers. winsock2.h */
export const AF_INET6 = 23

/** A byte stream: TCP. winsock2.h */
export const SOCK_STREAM = 1
/** Datagrams: UDP. winsock2.h */
export const SOCK_DGRAM = 2
/** Raw IP. winsock2.h */
export const SOCK_RAW = 3

/** TCP: a protocol, and a level of socket options. winsock2.h */
export const IPPROTO_TCP = 6
/** UDP: a protocol, and a level of socket options. winsock2.h */
export const IPPROTO_UDP = 17
/** IPv6: a level of socket options. winsock2.h */
export const IPPROTO_IPV6 = 41

/** The level of the SO_ options. winsock2.h */
export const SOL_SOCKET = 0xffff
/** Allows several sockets to bind to one address and port. winsock2.h */
export const SO_REUSEADDR = 0x0004
/** Keeps idle connections alive with probes. winsock2.h */
export const SO_KEEPALIVE = 0x0008
/** Allows broadcast datagrams. winsock2.h */
export const SO_BROADCAST = 0x0020
/** Determines what closing does with data that was not sent yet. winsock2.h */
export const SO_LINGER = 0x0080
/** Forbids any other socket to bind to the port, also with SO_REUSEADDR: `~SO_REUSEADDR`, -5. winsock2.h */
export const SO_EXCLUSIVEADDRUSE: number = ~SO_REUSEADDR
/** The send buffer's size in bytes. winsock2.h */
export const SO_SNDBUF = 0x1001
/** The receive buffer's size in bytes. winsock2.h */
export const SO_RCVBUF = 0x1002
/** The socket's pending error; reading clears it. winsock2.h */
export const SO_ERROR = 0x1007
/** The socket's type, a SOCK_ constant. winsock2.h */
export const SO_TYPE = 0x1008
/** The catalog entry of the socket's service provider, a WSAPROTOCOL_INFOW. winsock2.h */
export const SO_PROTOCOL_INFOW = 0x2005
/** Restricts an IPv6 socket to IPv6. On by default on Windows. ws2ipdef.h */
export const IPV6_V6ONLY = 27

/** The value of a SOCKET that is not valid: all 64 bits set (all 32 in a 32-bit process). winsock2.h */
export const INVALID_SOCKET = 0xffff_ffff_ffff_ffffn
/** The value that most Winsock functions return on failure. winsock2.h */
export const SOCKET_ERROR = -1

/** WSASocketW: the socket supports overlapped calls. winsock2.h */
export const WSA_FLAG_OVERLAPPED = 0x01
/** WSASocketW: child processes do not inherit the handle. winsock2.h */
export const WSA_FLAG_NO_HANDLE_INHERIT = 0x80

/** listen: the provider chooses the backlog. winsock2.h */
export const SOMAXCONN = 0x7fff_ffff
/** WSAStartup: version 2.2, `MAKEWORD(2, 2)`. winsock2.h */
export const WINSOCK_VERSION = 0x0202

/** The token that names no reservation. mstcpip.h */
export const INVALID_PORT_RESERVATION_TOKEN = 0n
