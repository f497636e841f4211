#!/usr/bin/env node
import { runCommandLine } from './command-line.js'

// Whoever reads the output may stop reading, as `head` does; that is no error, and ends the program.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

process.exitCode = await runCommandLine(process.argv.slice(2))
