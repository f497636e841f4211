import { ToolUnavailableError } from './tool-unavailable-error.js'

/**
 * Prepares something that a suite needs. If it is unavailable, rejects under CI; elsewhere prints a banner to stderr and
 * returns undefined.
 *
 * @param headline the first line of the banner: which tests do not run
 */
export async function orExplain<T>(headline: string, prepare: () => Promise<T>): Promise<T | undefined> {
  try {
    return await prepare()
  } catch (error) {
    if (!(error instanceof ToolUnavailableError) || process.env['CI']) throw error
    process.stderr.write(banner(headline, error.message))
    return undefined
  }
}

function banner(headline: string, reason: string): string {
  const rule = '!'.repeat(100)
  const lines = [headline, '', ...reason.split('\n'), '', 'Under CI this is a failure.']
  return `\n${rule}\n${lines.map((line) => `!! ${line}`.trimEnd()).join('\n')}\n${rule}\n\n`
}
