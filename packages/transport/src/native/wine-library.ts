import { closeSync, openSync, readSync } from 'node:fs'

const OFFSET = 0x40
const SIGNATURE = 'Wine builtin DLL'

/** Whether a file is one of Wine's own libraries: they say so after their first header. */
export function isWineLibrary(path: string): boolean {
  const bytes = Buffer.alloc(SIGNATURE.length)
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return false // loading it tells what is wrong
  }
  try {
    readSync(file, bytes, 0, bytes.length, OFFSET)
  } finally {
    closeSync(file)
  }
  return bytes.toString('latin1') === SIGNATURE
}
