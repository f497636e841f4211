/** Returns the error that the call throws or rejects with. */
export async function failureOf(
  call: () => unknown,
): Promise<Error & { code?: string; errno?: number; syscall?: string }> {
  try {
    await call()
  } catch (error) {
    if (error instanceof Error) return error
    throw error
  }
  throw new Error('should have failed')
}
