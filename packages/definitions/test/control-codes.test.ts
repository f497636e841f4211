import { describe, expect, it } from 'vitest'
import {
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
} from '../src/index.js'

describe('the three control codes', () => {
  it('have the values of mstcpip.h', () => {
    expect(SIO_ACQUIRE_PORT_RESERVATION).toBe(0x98000064)
    expect(SIO_RELEASE_PORT_RESERVATION).toBe(0x98000065)
    expect(SIO_ASSOCIATE_PORT_RESERVATION).toBe(0x98000066)
  })

  it('combine IOC_IN, IOC_VENDOR and 100 to 102', () => {
    expect(SIO_ACQUIRE_PORT_RESERVATION).toBe(IOC_IN + IOC_VENDOR + 100)
    expect(SIO_RELEASE_PORT_RESERVATION).toBe(IOC_IN + IOC_VENDOR + 101)
    expect(SIO_ASSOCIATE_PORT_RESERVATION).toBe(IOC_IN + IOC_VENDOR + 102)
  })
})

describe('the parts of a control code', () => {
  it('have the values of winsock2.h', () => {
    expect([IOC_UNIX, IOC_WS2, IOC_PROTOCOL, IOC_VENDOR]).toEqual([0, 0x08000000, 0x10000000, 0x18000000])
    expect([IOC_VOID, IOC_OUT, IOC_IN, IOC_INOUT]).toEqual([0x20000000, 0x40000000, 0x80000000, 0xc0000000])
    expect(IOC_INOUT).toBe(IOC_IN + IOC_OUT)
  })

  it('build control codes of other headers', () => {
    expect(_WSAIO(IOC_WS2, 2)).toBe(0x28000002) // SIO_ENABLE_CIRCULAR_QUEUEING
    expect(_WSAIOR(IOC_WS2, 5)).toBe(0x48000005) // SIO_GET_BROADCAST_ADDRESS
    expect(_WSAIOW(IOC_VENDOR, 4)).toBe(0x98000004) // SIO_KEEPALIVE_VALS
    expect(_WSAIORW(IOC_WS2, 6)).toBe(0xc8000006) // SIO_GET_EXTENSION_FUNCTION_POINTER
  })

  it('reject anything but unsigned 32-bit integers', () => {
    for (const make of [_WSAIO, _WSAIOR, _WSAIOW, _WSAIORW]) {
      expect(() => make(-1, 1)).toThrow('The value of "type" is out of range')
      expect(() => make(IOC_VENDOR, 2 ** 32)).toThrow('The value of "code" is out of range')
      expect(() => make(IOC_VENDOR, '100' as never)).toThrow('The "code" argument must be of type number')
    }
  })
})

describe('controlCodeName', () => {
  it('names the three control codes', () => {
    expect(controlCodeName(SIO_ACQUIRE_PORT_RESERVATION)).toBe('SIO_ACQUIRE_PORT_RESERVATION')
    expect(controlCodeName(SIO_RELEASE_PORT_RESERVATION)).toBe('SIO_RELEASE_PORT_RESERVATION')
    expect(controlCodeName(SIO_ASSOCIATE_PORT_RESERVATION)).toBe('SIO_ASSOCIATE_PORT_RESERVATION')
  })

  it('formats any other code as eight hexadecimal digits', () => {
    expect(controlCodeName(0x4004667f)).toBe('0x4004667F')
    expect(controlCodeName(0xc8000006)).toBe('0xC8000006')
    expect(controlCodeName(0)).toBe('0x00000000')
    expect(controlCodeName(Number.NaN)).toBe('0x00000000')
  })
})
