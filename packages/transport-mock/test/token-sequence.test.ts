import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TokenSequence } from '../src/token-sequence.js'

it('a token names its slot, is a ULONG64, and is never made again', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 65_535 }), { maxLength: 200 }), (slots) => {
      const tokens = new TokenSequence()
      const made = slots.map((slot) => tokens.next(slot))
      expect(made.map((token) => tokens.slotOf(token))).toEqual(slots)
      expect(new Set(made).size).toBe(slots.length)
      for (const token of made) expect(BigInt.asUintN(64, token)).toBe(token)
    }),
  )
})

it('one slot has a new token every time, past 2 ** 16 of them', () => {
  const tokens = new TokenSequence()
  const made = new Set<bigint>()
  for (let i = 0; i < 70_000; i++) made.add(tokens.next(1))
  expect(made.size).toBe(70_000)
})

it('a token that somebody takes for a number is another token', () => {
  const tokens = new TokenSequence()
  for (let slot = 1; slot < 2000; slot++) {
    const token = tokens.next(slot)
    expect(BigInt(Number(token))).not.toBe(token)
  }
})

it('the slot of a token that it did not make is some slot, and no error', () => {
  const tokens = new TokenSequence()
  expect([0n, 1n, 0xffff_ffff_ffff_ffffn].map((token) => tokens.slotOf(token))).toEqual([0, 1, 65_535])
})
