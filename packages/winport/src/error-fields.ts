// Errors are recognised by their fields, not by `instanceof`: another copy of a package, or another realm such as that of a
// jest test, may have created them.

/** @returns the `code` of an error, or undefined if the value has none */
export function codeOf(error: unknown): unknown {
  return fieldOf(error, 'code')
}

/** @returns the `message` of an error, or the value as a string if it has none */
export function messageOf(error: unknown): string {
  const message = fieldOf(error, 'message')
  return typeof message === 'string' ? message : String(error)
}

function fieldOf(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined
}
