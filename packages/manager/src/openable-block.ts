import { checkObject, invalidArgType } from '@winport/definitions'
import type { PortRange } from '@winport/transport'
import { checkRange } from './request-arguments.js'

/**
 * What `manager.open` needs of a block of another manager of this process: the block itself, or what `toJSON`, `structuredClone`,
 * `workerData` or `postMessage` made of it.
 */
export interface OpenableBlock extends PortRange {
  readonly token: bigint | string
  readonly tokenScope: string
}

/** A checked copy. */
export function readOpenableBlock(block: OpenableBlock): OpenableBlock & { readonly token: bigint } {
  checkObject('block', block)
  const { protocol, startPort, count, token, tokenScope } = block
  checkRange({ protocol, startPort, count })
  if (typeof tokenScope !== 'string') throw invalidArgType('block.tokenScope', 'of type string', tokenScope)
  return { protocol, startPort, count, token: readToken(token), tokenScope }
}

const LARGEST_TOKEN = 2n ** 64n - 1n

function readToken(token: unknown): bigint {
  const expected = 'a 64-bit bigint, or its decimal digits'
  if (typeof token !== 'bigint' && !(typeof token === 'string' && /^\d{1,20}$/.test(token))) {
    throw invalidArgType('block.token', expected, token)
  }
  const value = BigInt(token)
  if (value < 0n || value > LARGEST_TOKEN) throw invalidArgType('block.token', expected, token)
  return value
}
