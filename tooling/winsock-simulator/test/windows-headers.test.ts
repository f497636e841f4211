import { join } from 'node:path'
import * as definitions from '@winport/definitions'
import { runOnWindows, windowsOrExplain } from '@winport/windows'
import { beforeAll, describe, expect, test } from 'vitest'
import { windows } from './simulator-builds.js'

const STRUCTS = [
  definitions.INET_PORT_RANGE,
  definitions.INET_PORT_RESERVATION_TOKEN,
  definitions.INET_PORT_RESERVATION_INSTANCE,
  definitions.INET_PORT_RESERVATION_INFORMATION,
  definitions.SOCKADDR_IN,
  definitions.SOCKADDR_IN6,
  definitions.WSPDATA,
  definitions.WSAPROTOCOL_INFOW,
]

const ROWS = [
  definitions.MIB_TCPROW_OWNER_PID,
  definitions.MIB_TCPROW_OWNER_MODULE,
  definitions.MIB_TCP6ROW_OWNER_PID,
  definitions.MIB_TCP6ROW_OWNER_MODULE,
  definitions.MIB_TCPROW2,
  definitions.MIB_TCP6ROW2,
  definitions.MIB_UDPROW_OWNER_PID,
  definitions.MIB_UDPROW_OWNER_MODULE,
  definitions.MIB_UDP6ROW_OWNER_PID,
  definitions.MIB_UDP6ROW_OWNER_MODULE,
]

const POINTER_SIZE = 8 // the program is built for x64

const POINTER_STRUCTS = [definitions.TOKEN_USER[POINTER_SIZE], definitions.ENUM_SERVICE_STATUS_PROCESSW[POINTER_SIZE]]

const canRunWindows = (await windowsOrExplain('the comparison with the Windows headers')) !== undefined

describe.skipIf(!canRunWindows)("definitions agree with mingw-w64's headers as a C++ compiler reads them", () => {
  const header = new Map<string, bigint>()

  beforeAll(async () => {
    const { exitCode, stdout } = await runOnWindows({ program: join(windows, 'windows-headers.exe'), args: [] })
    expect(exitCode).toBe(0)
    for (const line of stdout.trim().split(/\r?\n/)) {
      const [, name = '', value = ''] = /^(.*) (\d+)$/.exec(line) ?? []
      header.set(name, BigInt(value))
    }
  })

  test.each([...STRUCTS, ...ROWS, ...POINTER_STRUCTS])(
    '$name has the same size and offsets',
    ({ name, size, offsetOf }) => {
      expect(header.get(`sizeof ${name}`)).toBe(BigInt(size))
      for (const [field, offset] of Object.entries(offsetOf)) {
        expect(header.get(`offsetof ${name}.${field}`), field).toBe(BigInt(offset))
      }
    },
  )

  test.each(ROWS)('the rows of $table begin at the same offset', ({ table, tableOffset }) => {
    expect(header.get(`offsetof ${table}.table`)).toBe(BigInt(tableOffset))
  })

  test.each([
    ['WSPPROC_TABLE', definitions.WSPPROC_TABLE],
    ['WSPUPCALLTABLE', definitions.WSPUPCALLTABLE],
  ])('%s has the same pointers in the same order', (name, pointers) => {
    expect(header.get(`sizeof ${name}`)).toBe(BigInt(pointers.length * POINTER_SIZE))
    for (const [index, pointer] of pointers.entries()) {
      expect(header.get(`offsetof ${name}.${pointer}`), pointer).toBe(BigInt(index * POINTER_SIZE))
    }
  })

  test('WSATHREADID is a handle and a pointer', () => {
    expect(header.get('sizeof WSATHREADID')).toBe(BigInt(2 * POINTER_SIZE))
  })

  test('INET_PORT_RESERVATION is as large as INET_PORT_RANGE', () => {
    expect(header.get('sizeof INET_PORT_RESERVATION')).toBe(header.get('sizeof INET_PORT_RANGE'))
  })

  const constants = Object.entries(definitions).filter(([name, value]) => {
    return /^[A-Z][A-Z0-9_]+$/.test(name) && (typeof value === 'number' || typeof value === 'bigint')
  })
  const builds = ['WINDOWS_VISTA', 'WINDOWS_10_1809']
  const ours = new Set(['SOCKADDR_MAX_SIZE', 'UINT16_MAX', 'UINT32_MAX', 'LAST_PORT', ...builds])

  test.each(constants.filter(([name]) => !ours.has(name)))('%s', (name, value) => {
    expect(header.has(name), 'the program does not print it').toBe(true)
    // The program prints negative constants as unsigned 32-bit numbers.
    const bits = typeof value === 'number' ? BigInt(value >>> 0) : value
    expect(header.get(name)).toBe(bits)
  })
})
