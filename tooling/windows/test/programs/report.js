// Prints what a program can tell of the machine it runs on and of what it was given.
import { arch, release } from 'node:os'

const { argv, env, platform } = process
console.log(
  JSON.stringify({ platform, arch: arch(), release: release(), cwd: process.cwd(), args: argv.slice(2), env }),
)
