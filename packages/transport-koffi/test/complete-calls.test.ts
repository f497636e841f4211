import { failedWith } from '@winport/transport/backend'
import { simulatorLibraries } from '@winport/winsock-simulator'
import koffi from 'koffi'
import { describe, expect, it } from 'vitest'
import { KoffiWinsockCalls } from '../src/koffi-winsock-calls.js'
import { OpenSocket } from '../src/open-socket.js'
import { declareWinsockFunctions, type WinsockFunctions } from '../src/winsock-functions.js'

const WSA_IO_PENDING = 997
const WSAEINVAL = 10_022
const STATUS_INVALID_PARAMETER = 0xc000_000d | 0

const functions = declareWinsockFunctions(simulatorLibraries)

/** A Winsock whose overlapped calls are complete with this status when they return, but report WSA_IO_PENDING. */
function winsock(
  status: number,
  replaced: Partial<WinsockFunctions>,
): { calls: KoffiWinsockCalls; waits: () => number } {
  let waits = 0
  const calls = new KoffiWinsockCalls({
    ...functions,
    ioctl: (_socket, _code, _input, _inputLength, output, _outputLength, _bytesReturned, overlapped) => {
      if (typeof output === 'bigint') koffi.encode(output, 'uint8_t', 42)
      koffi.encode(overlapped, 'int32_t', status)
      koffi.encode(overlapped, koffi.sizeof('void *'), 'uint32_t', 16)
      return -1
    },
    ioctlError: () => WSA_IO_PENDING,
    WSAWaitForMultipleEvents: { async: () => waits++ },
    ...replaced,
  })
  return { calls, waits: () => waits }
}

describe('a call that reports WSA_IO_PENDING although it is complete', () => {
  it('returns its result at once, without a wait', () => {
    const { calls, waits } = winsock(0, {})
    const output = new Uint8Array(16)
    expect(calls.startIoctl(new OpenSocket(1), 0, null, output)).toBe(16)
    expect(output[0]).toBe(42)
    expect(waits()).toBe(0)
  })

  it('returns its error at once, and leaves the output as it was', () => {
    const { calls, waits } = winsock(STATUS_INVALID_PARAMETER, {
      WSAGetOverlappedResult: () => 0,
      WSAGetLastError: () => WSAEINVAL,
    })
    const output = new Uint8Array(16)
    expect(calls.startIoctl(new OpenSocket(1), 0, null, output)).toBe(failedWith(WSAEINVAL))
    expect(calls.failedBytesReturned()).toBe(16)
    expect(output[0]).toBe(0)
    expect(waits()).toBe(0)
  })
})
