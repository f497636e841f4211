/** The overlapped call was cancelled or its socket was closed. */
export const WSA_OPERATION_ABORTED = 995
/** The overlapped call has not completed yet. */
export const WSA_IO_INCOMPLETE = 996
/** The overlapped call was started and will complete later. */
export const WSA_IO_PENDING = 997
/** A blocking call was cancelled. */
export const WSAEINTR = 10004
/** Access was denied: the port or address is reserved or exclusively held, or the call needs elevation. */
export const WSAEACCES = 10013
/** A pointer or a buffer length points outside the caller's memory. */
export const WSAEFAULT = 10014
/** An argument is not valid, or the socket is in the wrong state for the call. */
export const WSAEINVAL = 10022
/** No more sockets can be opened. */
export const WSAEMFILE = 10024
/** The call cannot complete at once on a non-blocking socket. */
export const WSAEWOULDBLOCK = 10035
/** A blocking Winsock call or a callback is in progress. */
export const WSAEINPROGRESS = 10036
/** The handle is not a socket. */
export const WSAENOTSOCK = 10038
/** The datagram is larger than the buffer or than a network limit. */
export const WSAEMSGSIZE = 10040
/** The socket option is unknown or not supported at that level. */
export const WSAENOPROTOOPT = 10042
/** The protocol is not installed or not supported. */
export const WSAEPROTONOSUPPORT = 10043
/** This kind of socket does not support the call or control code. */
export const WSAEOPNOTSUPP = 10045
/** The address family does not fit the protocol. */
export const WSAEAFNOSUPPORT = 10047
/** The address or port is in use, or the range overlaps one that is taken. */
export const WSAEADDRINUSE = 10048
/** The address cannot be used on this machine or by this socket. */
export const WSAEADDRNOTAVAIL = 10049
/** The network is down. */
export const WSAENETDOWN = 10050
/** There is no route to the network. */
export const WSAENETUNREACH = 10051
/** The remote end closed the connection by force. */
export const WSAECONNRESET = 10054
/** The system lacks buffer space or a queue is full. */
export const WSAENOBUFS = 10055
/** The socket is already connected. */
export const WSAEISCONN = 10056
/** The socket is not connected. */
export const WSAENOTCONN = 10057
/** The remote end did not answer in time. */
export const WSAETIMEDOUT = 10060
/** The remote machine refused the connection. */
export const WSAECONNREFUSED = 10061
/** There is no route to the host. */
export const WSAEHOSTUNREACH = 10065
/** The network subsystem is not ready for use. */
export const WSASYSNOTREADY = 10091
/** The requested Winsock version is not available. */
export const WSAVERNOTSUPPORTED = 10092
/** WSAStartup has not been called successfully. */
export const WSANOTINITIALISED = 10093
