// Runs a program of the native suite on koffi: node test/program.js <name> [arguments]
import { runProgram } from '@winport/native-suite/programs'
import { createKoffiTransport } from '../dist/index.js'

await runProgram({
  name: 'koffi',
  module: new URL('../dist/index.js', import.meta.url),
  factory: 'createKoffiTransport',
  openTransport: (libraries, entryPoint) => createKoffiTransport({ libraries, entryPoint }),
})
