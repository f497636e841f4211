import { UsageError } from './usage-error.js'

// These functions check only the syntax. The manager checks whether the values are in range.

export function parseNumber(name: string, text: string): number {
  if (!/^[+-]?\d+(\.\d+)?$/.test(text)) throw new UsageError(`${name} must be a number. Received '${text}'.`)
  return Number(text)
}

/** Parses one port, `5000`, or a list, `5000,6000,0`. */
export function parseStartPort(text: string): number | readonly number[] {
  if (!text.includes(',')) return parseNumber('startPort', text)
  return text.split(',').map((port) => parseNumber('startPort', port))
}

/** Parses a range, `5000-5999`. */
export function parseRange(name: string, text: string): readonly [from: number, to: number] {
  const [, from, to] = /^(\d+)-(\d+)$/.exec(text) ?? []
  if (from === undefined || to === undefined) {
    throw new UsageError(`${name} must be two ports, such as 5000-5999. Received '${text}'.`)
  }
  return [Number(from), Number(to)]
}

/** Parses ports and ranges of ports, `5432,5900-5909`. */
export function parsePorts(name: string, text: string): readonly number[] {
  return text.split(',').flatMap((part) => {
    const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? []
    const [from, to] = [Number(first), Number(last)]
    if (first === undefined || to < from) {
      throw new UsageError(`${name} must be ports and ranges of ports, such as 5432,5900-5909. Received '${text}'.`)
    }
    return Array.from({ length: to - from + 1 }, (_, index) => from + index)
  })
}
