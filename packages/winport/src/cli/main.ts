#!/usr/bin/env node
import { runCommandLine } from './command-line.js'

// A reader such as `head` may close the pipe early. That ends the program without an error, and its reservations with it.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  process.stderr.write(`winport: the output cannot be written: ${error.message}.\n`)
  process.exit(1)
})
process.stderr.on('error', () => process.exit(1))

process.exitCode = 1 // of a process that ends before its command
// Not awaited: where a module awaits at its top level, the bundler writes more files, which take longer to load.
void runCommandLine(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode
})
