// Runs a program of the native suite on napi: node test/program.js <name> [arguments]
import { runProgram } from '@winport/native-suite/programs'
import { createNapiTransport } from '../dist/index.js'

await runProgram({
  name: 'napi',
  module: new URL('../dist/index.js', import.meta.url),
  factory: 'createNapiTransport',
  openTransport: (libraries, entryPoint) => createNapiTransport({ libraries, entryPoint }),
})
