import { readFileSync } from 'node:fs'

/** The path of a system library without any function of Winsock. */
export const foreignLibrary: string =
  /\/\S+\/libm\.so\S*/.exec(readFileSync('/proc/self/maps', 'utf8'))?.[0] ?? 'libm was not found'
