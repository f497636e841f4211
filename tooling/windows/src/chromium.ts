import { type AptTool, installMissing, missingMessage } from './apt-tools.js'
import { findCommand } from './find-command.js'
import { orExplain } from './or-explain.js'
import { ToolUnavailableError } from './tool-unavailable-error.js'

const CHROMIUM: AptTool = {
  name: 'chromium',
  commands: ['chromium', 'chromium-browser', 'google-chrome'],
  packages: ['chromium', 'fonts-dejavu-core'],
}

/**
 * The path of Chromium. Installs it if this is Debian and the user is root.
 *
 * @throws ToolUnavailableError if it is not installed then
 */
export async function installChromium(): Promise<string> {
  let failure: unknown
  await installMissing([CHROMIUM], 'look at the page of winport map').catch((error: unknown) => {
    failure = error
  })
  const found = findCommand(...CHROMIUM.commands)
  if (found === undefined) throw new ToolUnavailableError(missingMessage([CHROMIUM], failure), { cause: failure })
  return found
}

/** `installChromium` for tests: without Chromium, rejects under CI; elsewhere prints a banner and returns undefined. */
export function chromiumOrExplain(what: string): Promise<string | undefined> {
  return orExplain(`NOT RUN IN A BROWSER: ${what}`, installChromium)
}
