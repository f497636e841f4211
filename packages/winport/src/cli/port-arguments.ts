import { UsageError } from './usage-error.js'

// Numbers and ranges as they stand on the command line. Whether they fit is for the manager to say.

export function parseNumber(name: string, text: string): number {
  if (!/^[+-]?\d+(\.\d+)?$/.test(text)) throw new UsageError(`${name} must be a number, but it is '${text}'.`)
  return Number(text)
}

/** `5000`, or several: `5000,6000,0`. */
export function parseStartPort(text: string): number | readonly number[] {
  if (!text.includes(',')) return parseNumber('startPort', text)
  return text.split(',').map((port) => parseNumber('startPort', port))
}

/** `5000-5999`. */
export function parseRange(name: string, text: string): readonly [from: number, to: number] {
  const [, from, to] = /^(\d+)-(\d+)$/.exec(text) ?? []
  if (from === undefined || to === undefined) {
    throw new UsageError(`${name} must be two ports, such as 5000-5999, but it is '${text}'.`)
  }
  return [Number(from), Number(to)]
}
