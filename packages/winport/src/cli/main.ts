#!/usr/bin/env node
import { runCommandLine } from './command-line.js'

// Whoever reads the output may stop reading, as `head` does: that is no error, and ends the program. What is reserved
// ends with it.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  process.stderr.write(`winport: the output cannot be written: ${error.message}.\n`)
  process.exit(1)
})
process.stderr.on('error', () => process.exit(1))

process.exitCode = await runCommandLine(process.argv.slice(2))
