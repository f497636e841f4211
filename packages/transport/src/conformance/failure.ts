import { fail } from 'node:assert/strict'
import { SystemCallError } from '../system-call-error.js'

/** The error that a call throws or rejects with. @throws AssertionError if the call succeeds */
export async function failure(call: () => unknown): Promise<unknown> {
  let result: unknown
  try {
    result = await call()
  } catch (error) {
    return error
  }
  return fail(`should have failed, but returned ${typeof result === 'object' ? 'an object' : String(result)}`)
}

/** `'success'`, or the name of the system error that a call throws or rejects with. Any other error passes through. */
export async function answerOf(call: () => unknown): Promise<string> {
  try {
    await call()
    return 'success'
  } catch (error) {
    if (error instanceof SystemCallError) return error.code
    throw error
  }
}

/** A call that the test awaits later. If the test fails first, the call's error is not reported as unhandled. */
export function started<Result>(call: Promise<Result>): Promise<Result> {
  call.catch(() => {})
  return call
}
