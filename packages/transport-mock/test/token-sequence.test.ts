import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TokenSequence } from '../src/token-sequence.js'

it('a token contains its slot, fits in a ULONG64 and is unique', () => {
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

it('one slot has 70,000 different tokens', () => {
  const tokens = new TokenSequence()
  const made = new Set<bigint>()
  for (let i = 0; i < 70_000; i++) made.add(tokens.next(1))
  expect(made.size).toBe(70_000)
})

it('a token that is converted to a number loses bits', () => {
  const tokens = new TokenSequence()
  for (let slot = 1; slot < 2000; slot++) {
    const token = tokens.next(slot)
    expect(BigInt(Number(token))).not.toBe(token)
  }
})

it('slotOf returns the lowest 16 bits of any token', () => {
  const tokens = new TokenSequence()
  expect([0n, 1n, 0xffff_ffff_ffff_ffffn].map((token) => tokens.slotOf(token))).toEqual([0, 1, 65_535])
})
