import { vi } from 'vitest'

export interface CapturedOutput {
  readonly stdout: string
  readonly stderr: string
  /** What the command rejected with, if it did. */
  readonly error?: unknown
}

/** Runs a command of this process and captures its output. */
export async function captureOutput(command: () => Promise<void>): Promise<CapturedOutput> {
  let stdout = ''
  let stderr = ''
  const writes = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      stdout += text
      return true
    }),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      stderr += text
      return true
    }),
  ]
  try {
    await command()
    return { stdout, stderr }
  } catch (error) {
    return { stdout, stderr, error }
  } finally {
    for (const write of writes) write.mockRestore()
  }
}
