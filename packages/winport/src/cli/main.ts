#!/usr/bin/env node
import { winportVersion } from '../machine/installed-versions.js'

// A reader such as `head` may close the pipe early. That ends the program without an error, and its reservations with it.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  process.stderr.write(`winport: the output cannot be written: ${error.message}.\n`)
  process.exit(1)
})
process.stderr.on('error', () => process.exit(1))

const args = process.argv.slice(2)
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${winportVersion()}\n`)
} else {
  const { runCommandLine } = await import('./command-line.js') // the parser takes longer to load than Node.js to start
  process.exitCode = await runCommandLine(args)
}
