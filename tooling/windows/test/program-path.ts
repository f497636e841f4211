import { fileURLToPath } from 'node:url'
import { windowsPath } from '../src/index.js'

/** One of the scripts in `programs`, as the Windows program sees it. */
export function programPath(name: string): string {
  return windowsPath(fileURLToPath(new URL(`programs/${name}`, import.meta.url)))
}
