import { expect, it } from 'vitest'
import { BOTH, FreePorts, IPV4, IPV6 } from '../src/free-ports.js'

it('has one pool for both families', () => {
  const free = new FreePorts('one')
  free.set(IPV6, 10, 5, false)
  expect(free.apart).toBe(false)
  for (const families of [IPV4, IPV6, BOTH] as const) expect(free.find(families, 3, 10, 30)).toBe(15)
})

it('has a pool for each family, and finds ports that are free in both', () => {
  const free = new FreePorts('two')
  free.set(IPV6, 10, 5, false)
  free.set(IPV4, 16, 5, false)
  free.set(BOTH, 25, 1, false)
  expect(free.apart).toBe(true)
  expect(free.find(IPV4, 3, 10, 30)).toBe(10)
  expect(free.find(IPV6, 3, 10, 30)).toBe(15)
  expect(free.find(BOTH, 1, 10, 30)).toBe(15)
  expect(free.find(BOTH, 3, 10, 30)).toBe(21)
  expect(free.find(BOTH, 5, 10, 30)).toBe(-1)
})
