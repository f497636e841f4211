/** The longest quotation of a received value, in UTF-16 units. Longer text is cut and ends in `...`. */
const LONGEST_QUOTE = 28

/** Describes a received value for a TypeError: type and value, in the words of Node's own messages. Never throws. */
export function describeReceivedType(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'object' || typeof value === 'function') {
    return describeReceivedValue(value)
  }
  return `type ${typeof value} (${describeReceivedValue(value)})`
}

/** Describes a received value for a RangeError: the value alone. Never throws. */
export function describeReceivedValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quote(value)
    case 'number':
      return Object.is(value, -0) ? '-0' : Number.isSafeInteger(value) ? groupDigits(String(value)) : String(value)
    case 'bigint':
      return `${shorten(groupDigits(String(value)), 60)}n`
    case 'symbol':
      return shorten(value.toString(), LONGEST_QUOTE)
    case 'function':
      return named('function', value, 'a function')
    case 'object':
      return value === null ? 'null' : describeInstance(value)
    default:
      return String(value)
  }
}

function describeInstance(value: object): string {
  try {
    return named('an instance of', value.constructor, 'an object')
  } catch {
    return 'an object'
  }
}

function named(prefix: string, callable: unknown, fallback: string): string {
  try {
    const name: unknown = typeof callable === 'function' ? callable.name : undefined
    return typeof name === 'string' && name !== '' ? `${prefix} ${shorten(name, LONGEST_QUOTE)}` : fallback
  } catch {
    return fallback
  }
}

function quote(text: string): string {
  const shown = JSON.stringify(shorten(text, LONGEST_QUOTE)).slice(1, -1)
  return `'${shown.replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}

function shorten(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 3)}...` : text
}

/** Groups digits above 2 ** 32, as Node does. */
function groupDigits(digits: string): string {
  if (digits.length < 10 || digits.length > 60 || Math.abs(Number(digits)) <= 2 ** 32) return digits
  return digits.replace(/\B(?=(?:\d{3})+$)/g, '_')
}
