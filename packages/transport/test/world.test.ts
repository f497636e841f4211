import { expect, it } from 'vitest'
import { DEFAULT_WORLD, WORLD_ANSWERS } from '../src/backend/index.js'

it('DEFAULT_WORLD answers each point with its first answer', () => {
  expect(Object.keys(DEFAULT_WORLD)).toEqual(Object.keys(WORLD_ANSWERS))
  for (const [point, answer] of Object.entries(DEFAULT_WORLD)) {
    expect(Object.entries(WORLD_ANSWERS).find(([name]) => name === point)?.[1][0], point).toBe(answer)
  }
  expect(DEFAULT_WORLD).toMatchObject({ rangeTaken: 'WSAEADDRINUSE', blockServed: 'at-once', bytesReturned: 0 })
})
