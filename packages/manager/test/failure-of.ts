import { expect } from 'vitest'

/** An error as Node's callers see it. */
export interface Failure extends Error {
  readonly code?: unknown
  readonly errno?: unknown
  readonly syscall?: unknown
}

/** The error that a call rejects with; its message must be one line that says something. */
export async function failureOf(call: Promise<unknown>): Promise<Failure> {
  let result: unknown
  try {
    result = await call
  } catch (error) {
    if (!(error instanceof Error)) throw new Error(`Rejected with something that is no Error: ${String(error)}`)
    expect(error.message).toMatch(/^\S.+\S$/) // no line break: a dot does not match one
    return error
  }
  throw new Error(`Expected a failure, but the call succeeded: ${String(result)}`)
}

/** Waits until a call is settled, however it ends, and tells its error's code, or nothing if it succeeded. */
export async function codeOf(call: Promise<unknown>): Promise<unknown> {
  const [outcome] = await Promise.allSettled([call])
  return outcome.status === 'rejected' ? (await failureOf(call)).code : undefined
}
