import { readFileSync } from 'node:fs'

/** The path of a library of the system's that has nothing of Winsock's. */
export const foreignLibrary: string =
  /\/\S+\/libm\.so\S*/.exec(readFileSync('/proc/self/maps', 'utf8'))?.[0] ?? 'libm was not found'
