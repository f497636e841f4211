export { invalidArgType, outOfRange } from './argument-errors.js'
export { checkBoolean } from './check-boolean.js'
export { checkKnownOptions } from './check-known-options.js'
export { checkObject } from './check-object.js'
export {
  _WSAIO,
  _WSAIOR,
  _WSAIORW,
  _WSAIOW,
  controlCodeName,
  IOC_IN,
  IOC_INOUT,
  IOC_OUT,
  IOC_PROTOCOL,
  IOC_UNIX,
  IOC_VENDOR,
  IOC_VOID,
  IOC_WS2,
  SIO_ACQUIRE_PORT_RESERVATION,
  SIO_ASSOCIATE_PORT_RESERVATION,
  SIO_RELEASE_PORT_RESERVATION,
} from './control-codes.js'
export { INET_PORT_RANGE, INET_PORT_RESERVATION } from './inet-port-range.js'
export { INET_PORT_RESERVATION_INFORMATION } from './inet-port-reservation-information.js'
export { INET_PORT_RESERVATION_INSTANCE } from './inet-port-reservation-instance.js'
export { INET_PORT_RESERVATION_TOKEN } from './inet-port-reservation-token.js'
export {
  ERROR_ACCESS_DENIED,
  ERROR_INSUFFICIENT_BUFFER,
  ERROR_INVALID_PARAMETER,
  ERROR_MORE_DATA,
  ERROR_NOT_FOUND,
  ERROR_NOT_SUPPORTED,
  ERROR_OPERATION_ABORTED,
  ERROR_PROC_NOT_FOUND,
  ERROR_SHARING_VIOLATION,
} from './ip-helper-error-numbers.js'
export { IP_HELPER_ERRORS, ipHelperError } from './ip-helper-errors.js'
export { type PersistentVerb, persistentFunctionName } from './persistent-functions.js'
export { DEFAULT_DYNAMIC_RANGE, LAST_PORT } from './port-space.js'
export {
  ENUM_SERVICE_STATUS_PROCESSW,
  type PointerStruct,
  type PointerStructs,
  PROCESS_QUERY_LIMITED_INFORMATION,
  SC_ENUM_PROCESS_INFO,
  SC_MANAGER_ENUMERATE_SERVICE,
  SERVICE_ACTIVE,
  SERVICE_WIN32,
  TOKEN_QUERY,
  TOKEN_USER,
  TOKEN_USER_CLASS,
} from './process-structs.js'
export {
  type ProviderStruct,
  WSAPROTOCOL_INFOW,
  WSPDATA,
  WSPPROC_TABLE,
  WSPUPCALLTABLE,
} from './service-provider.js'
export { decodeSockaddr, encodeSockaddr, SOCKADDR_MAX_SIZE } from './sockaddr.js'
export { SOCKADDR_IN } from './sockaddr-in.js'
export { SOCKADDR_IN6 } from './sockaddr-in6.js'
export {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  AF_UNSPEC,
  INVALID_PORT_RESERVATION_TOKEN,
  INVALID_SOCKET,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPV6_V6ONLY,
  SO_BROADCAST,
  SO_ERROR,
  SO_EXCLUSIVEADDRUSE,
  SO_KEEPALIVE,
  SO_LINGER,
  SO_PROTOCOL_INFOW,
  SO_RCVBUF,
  SO_REUSEADDR,
  SO_SNDBUF,
  SO_TYPE,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_STREAM,
  SOCKET_ERROR,
  SOL_SOCKET,
  SOMAXCONN,
  WINSOCK_VERSION,
  WSA_FLAG_NO_HANDLE_INHERIT,
  WSA_FLAG_OVERLAPPED,
} from './socket-constants.js'
export {
  TCP_TABLE_OWNER_MODULE_ALL,
  TCP_TABLE_OWNER_PID_ALL,
  UDP_TABLE_OWNER_MODULE,
  UDP_TABLE_OWNER_PID,
} from './socket-table-classes.js'
export type { SocketTableRowCodec } from './socket-table-row.js'
export type { StructCodec } from './struct-codec.js'
export type { SystemErrorEntry } from './system-error-entry.js'
export {
  MIB_TCP_STATE_CLOSE_WAIT,
  MIB_TCP_STATE_CLOSED,
  MIB_TCP_STATE_CLOSING,
  MIB_TCP_STATE_DELETE_TCB,
  MIB_TCP_STATE_ESTAB,
  MIB_TCP_STATE_FIN_WAIT1,
  MIB_TCP_STATE_FIN_WAIT2,
  MIB_TCP_STATE_LAST_ACK,
  MIB_TCP_STATE_LISTEN,
  MIB_TCP_STATE_SYN_RCVD,
  MIB_TCP_STATE_SYN_SENT,
  MIB_TCP_STATE_TIME_WAIT,
  tcpStateName,
} from './tcp-states.js'
export {
  MIB_TCP6ROW_OWNER_MODULE,
  MIB_TCP6ROW_OWNER_PID,
  MIB_TCP6ROW2,
  MIB_TCPROW_OWNER_MODULE,
  MIB_TCPROW_OWNER_PID,
  MIB_TCPROW2,
} from './tcp-table-rows.js'
export {
  MIB_UDP6ROW_OWNER_MODULE,
  MIB_UDP6ROW_OWNER_PID,
  MIB_UDPROW_OWNER_MODULE,
  MIB_UDPROW_OWNER_PID,
} from './udp-table-rows.js'
export { checkUnsigned, UINT16_MAX, UINT32_MAX } from './unsigned-integer.js'
export { UNSUPPORTED_ERRORS } from './unsupported-errors.js'
export { WINDOWS_10_1809, WINDOWS_VISTA } from './windows-builds.js'
export {
  WSA_IO_INCOMPLETE,
  WSA_IO_PENDING,
  WSA_OPERATION_ABORTED,
  WSAEACCES,
  WSAEADDRINUSE,
  WSAEADDRNOTAVAIL,
  WSAEAFNOSUPPORT,
  WSAECONNREFUSED,
  WSAECONNRESET,
  WSAEFAULT,
  WSAEHOSTUNREACH,
  WSAEINPROGRESS,
  WSAEINTR,
  WSAEINVAL,
  WSAEISCONN,
  WSAEMFILE,
  WSAEMSGSIZE,
  WSAENETDOWN,
  WSAENETUNREACH,
  WSAENOBUFS,
  WSAENOPROTOOPT,
  WSAENOTCONN,
  WSAENOTSOCK,
  WSAEOPNOTSUPP,
  WSAEPROTONOSUPPORT,
  WSAETIMEDOUT,
  WSAEWOULDBLOCK,
  WSANOTINITIALISED,
  WSASYSNOTREADY,
  WSAVERNOTSUPPORTED,
} from './winsock-error-numbers.js'
export { WINSOCK_ERRORS, winsockError } from './winsock-errors.js'
