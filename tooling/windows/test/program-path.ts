import { fileURLToPath } from 'node:url'
import { windowsPath } from '../src/index.js'

/** The path of a script in `programs`, in Windows notation. */
export function programPath(name: string): string {
  return windowsPath(fileURLToPath(new URL(`programs/${name}`, import.meta.url)))
}
