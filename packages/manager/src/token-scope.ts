import type { Transport } from '@winport/transport'

/** Where the tokens of a transport are valid. */
export function scopeOf({ tokenScope = `process ${process.pid}` }: Transport): string {
  return tokenScope
}
