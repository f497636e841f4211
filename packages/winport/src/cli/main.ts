#!/usr/bin/env node
import { runCommandLine } from './command-line.js'

// A reader such as `head` may close the pipe early. That ends the program without an error, and its reservations with it.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  process.stderr.write(`winport: the output cannot be written: ${error.message}.\n`)
  process.exit(1)
})
process.stderr.on('error', () => process.exit(1))

process.exitCode = await runCommandLine(process.argv.slice(2))
