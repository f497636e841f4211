import { expect, it } from 'vitest'
import { DEFAULT_DYNAMIC_RANGE, LAST_PORT, UINT16_MAX } from '../src/index.js'

it('LAST_PORT is the largest number that a port field holds', () => {
  expect(LAST_PORT).toBe(UINT16_MAX)
})

it('DEFAULT_DYNAMIC_RANGE spans 49152 to the last port', () => {
  const { startPort, count } = DEFAULT_DYNAMIC_RANGE
  expect([startPort, startPort + count - 1]).toEqual([49_152, LAST_PORT])
})
