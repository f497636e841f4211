import { expect } from 'vitest'

/** An error with the properties of Node's system errors. */
export interface Failure extends Error {
  readonly code?: unknown
  readonly errno?: unknown
  readonly syscall?: unknown
}

/** Returns the error that a call rejects with. Its message must be one line. */
export async function failureOf(call: Promise<unknown>): Promise<Failure> {
  let result: unknown
  try {
    result = await call
  } catch (error) {
    if (!(error instanceof Error)) throw new Error(`Rejected with a value that is not an Error: ${String(error)}`)
    expect(error.message).toMatch(/^\S.+\S$/) // one line: a dot does not match a line break
    return error
  }
  throw new Error(`Expected a failure, but the call succeeded: ${String(result)}`)
}

/** Waits until a call has settled. @returns the code of its error, or undefined if it succeeded */
export async function codeOf(call: Promise<unknown>): Promise<unknown> {
  const [outcome] = await Promise.allSettled([call])
  return outcome.status === 'rejected' ? (await failureOf(call)).code : undefined
}
