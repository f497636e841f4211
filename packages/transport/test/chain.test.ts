import { describe, expect, it } from 'vitest'
import { Chain, type ChainLink } from '../src/backend/chain.js'

class Link implements ChainLink<Link> {
  previous: Link | undefined
  next: Link | undefined
}

describe('Chain', () => {
  const [a, b, c] = [new Link(), new Link(), new Link()]
  const placeOf = (link: Link) => [a, b, c].indexOf(link)
  const placesIn = (chain: Chain<Link>) => chain.toArray().map(placeOf)

  it.each([
    ['first', a, [b, c]],
    ['middle', b, [a, c]],
    ['last', c, [a, b]],
  ])('keeps the order of its links without the %s one, which can be added again', (_which, removed, rest) => {
    const chain = new Chain<Link>()
    for (const link of [a, b, c]) chain.add(link)
    chain.delete(removed)
    expect(placesIn(chain)).toEqual(rest.map(placeOf))
    chain.delete(removed) // has no effect
    expect(placesIn(chain)).toEqual(rest.map(placeOf))
    chain.add(removed)
    expect(placesIn(chain)).toEqual([...rest, removed].map(placeOf))
    for (const link of [a, b, c]) chain.delete(link)
    expect(chain.toArray()).toEqual([])
  })

  it('is empty after its only link is deleted', () => {
    const chain = new Chain<Link>()
    chain.add(a)
    chain.delete(a)
    expect(chain.toArray()).toEqual([])
  })
})
