import { describe, expect, it } from 'vitest'
import * as constants from '../src/socket-constants.js'

describe('the socket constants', () => {
  it('have the values of winsock2.h, ws2ipdef.h and mstcpip.h', () => {
    expect({ ...constants }).toEqual({
      AF_UNSPEC: 0,
      AF_UNIX: 1,
      AF_INET: 2,
      AF_INET6: 23,
      SOCK_STREAM: 1,
      SOCK_DGRAM: 2,
      SOCK_RAW: 3,
      IPPROTO_TCP: 6,
      IPPROTO_UDP: 17,
      IPPROTO_IPV6: 41,
      SOL_SOCKET: 0xffff,
      SO_REUSEADDR: 0x0004,
      SO_KEEPALIVE: 0x0008,
      SO_BROADCAST: 0x0020,
      SO_LINGER: 0x0080,
      SO_EXCLUSIVEADDRUSE: -5,
      SO_SNDBUF: 0x1001,
      SO_RCVBUF: 0x1002,
      SO_ERROR: 0x1007,
      SO_TYPE: 0x1008,
      SO_PROTOCOL_INFOW: 0x2005,
      IPV6_V6ONLY: 27,
      INVALID_SOCKET: 2n ** 64n - 1n,
      SOCKET_ERROR: -1,
      WSA_FLAG_OVERLAPPED: 0x01,
      WSA_FLAG_NO_HANDLE_INHERIT: 0x80,
      SOMAXCONN: 0x7fffffff,
      WINSOCK_VERSION: 0x0202,
      INVALID_PORT_RESERVATION_TOKEN: 0n,
    })
  })
})
