import { checkUnsigned, UINT32_MAX } from './unsigned-integer.js'

/** Generic BSD control codes. winsock2.h */
export const IOC_UNIX = 0x0000_0000
/** Control codes of Winsock 2 itself. winsock2.h */
export const IOC_WS2 = 0x0800_0000
/** Control codes of an address family or protocol. winsock2.h */
export const IOC_PROTOCOL = 0x1000_0000
/** Control codes of a vendor. Those of port reservations are Microsoft's. winsock2.h */
export const IOC_VENDOR = 0x1800_0000

/** The code takes no parameters. winsock2.h */
export const IOC_VOID = 0x2000_0000
/** The code returns output. winsock2.h */
export const IOC_OUT = 0x4000_0000
/** The code takes input. winsock2.h */
export const IOC_IN = 0x8000_0000
/** The code takes input and returns output. winsock2.h */
export const IOC_INOUT = 0xc000_0000

/**
 * Builds a control code without parameters. winsock2.h
 *
 * @param type One of IOC_UNIX, IOC_WS2, IOC_PROTOCOL, IOC_VENDOR.
 * @param code The number within that type.
 * @returns An unsigned 32-bit number.
 * @throws TypeError `ERR_INVALID_ARG_TYPE` or RangeError `ERR_OUT_OF_RANGE` if an argument is not an unsigned 32-bit integer.
 */
export function _WSAIO(type: number, code: number): number {
  return controlCode(IOC_VOID, type, code)
}

/** Builds a control code that returns output. Arguments and errors: {@link _WSAIO}. winsock2.h */
export function _WSAIOR(type: number, code: number): number {
  return controlCode(IOC_OUT, type, code)
}

/** Builds a control code that takes input. Arguments and errors: {@link _WSAIO}. winsock2.h */
export function _WSAIOW(type: number, code: number): number {
  return controlCode(IOC_IN, type, code)
}

/** Builds a control code that takes input and returns output. Arguments and errors: {@link _WSAIO}. winsock2.h */
export function _WSAIORW(type: number, code: number): number {
  return controlCode(IOC_INOUT, type, code)
}

function controlCode(direction: number, type: number, code: number): number {
  checkUnsigned('type', type, UINT32_MAX)
  checkUnsigned('code', code, UINT32_MAX)
  return (direction | type | code) >>> 0
}

/**
 * Reserves a block of ports. Input: INET_PORT_RANGE; output: INET_PORT_RESERVATION_INSTANCE. 0x98000064, mstcpip.h
 *
 * @see https://learn.microsoft.com/en-us/windows/win32/winsock/sio-acquire-port-reservation
 */
export const SIO_ACQUIRE_PORT_RESERVATION: number = _WSAIOW(IOC_VENDOR, 100)
/**
 * Ends a reservation. Input: INET_PORT_RESERVATION_TOKEN; no output. 0x98000065, mstcpip.h
 *
 * @see https://learn.microsoft.com/en-us/windows/win32/winsock/sio-release-port-reservation
 */
export const SIO_RELEASE_PORT_RESERVATION: number = _WSAIOW(IOC_VENDOR, 101)
/**
 * Ties an unbound socket to a reservation. Input: INET_PORT_RESERVATION_TOKEN; no output. 0x98000066, mstcpip.h
 *
 * @see https://learn.microsoft.com/en-us/windows/win32/winsock/sio-associate-port-reservation
 */
export const SIO_ASSOCIATE_PORT_RESERVATION: number = _WSAIOW(IOC_VENDOR, 102)

/** The name of one of the three control codes; any other code as `0x` and eight hexadecimal digits. For messages; never throws. */
export function controlCodeName(code: number): string {
  switch (code) {
    case SIO_ACQUIRE_PORT_RESERVATION:
      return 'SIO_ACQUIRE_PORT_RESERVATION'
    case SIO_RELEASE_PORT_RESERVATION:
      return 'SIO_RELEASE_PORT_RESERVATION'
    case SIO_ASSOCIATE_PORT_RESERVATION:
      return 'SIO_ASSOCIATE_PORT_RESERVATION'
    default:
      return `0x${(code >>> 0).toString(16).toUpperCase().padStart(8, '0')}`
  }
}
