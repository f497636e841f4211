// Prints what the program knows about its machine, its arguments and its environment.
import { arch, release } from 'node:os'

const { argv, env, platform } = process
console.log(
  JSON.stringify({ platform, arch: arch(), release: release(), cwd: process.cwd(), args: argv.slice(2), env }),
)
