import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { checkStructBytes } from '../src/struct-bytes.js'

describe('checkStructBytes', () => {
  it('accepts a Uint8Array of another realm', () => {
    const foreign: unknown = runInNewContext('new Uint8Array(4)')
    expect(foreign).not.toBeInstanceOf(Uint8Array)
    expect(() => checkStructBytes('S', 'target', foreign, 4, 0)).not.toThrow()
  })

  it('rejects a Uint8Array whose memory was transferred', () => {
    const bytes = new Uint8Array(4)
    structuredClone(bytes, { transfer: [bytes.buffer] })
    expect(() => checkStructBytes('S', 'source', bytes, 4, 0)).toThrow('It must be >= 4. Received 0')
  })

  it('accepts every offset at which the struct fits', () => {
    expect(() => checkStructBytes('S', 'target', new Uint8Array(10), 4, 6)).not.toThrow()
    expect(() => checkStructBytes('S', 'target', new Uint8Array(10), 4, 7)).toThrow(
      'The value of "S offset" is out of range. It must be an integer >= 0 and <= 6 in 10 bytes. Received 7',
    )
  })
})
