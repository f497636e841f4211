#!/usr/bin/env node
// Committed, so that pnpm can link the command before anything is built.
import { runCommandLine } from '../dist/command-line.js'

process.exitCode = await runCommandLine(process.argv.slice(2))
