import { resolve } from 'node:path'

/** A path in the notation of Windows: `/tmp/a.js` is `Z:\tmp\a.js` under Wine. On Windows, makes the path absolute. */
export function windowsPath(path: string): string {
  const absolute = resolve(path)
  return process.platform === 'win32' ? absolute : `Z:${absolute.replaceAll('/', '\\')}`
}
