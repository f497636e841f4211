import { resolve } from 'node:path'

/** A path as a Windows program sees it: `/tmp/a.js` is `Z:\tmp\a.js` under Wine; on Windows it is only made absolute. */
export function windowsPath(path: string): string {
  const absolute = resolve(path)
  return process.platform === 'win32' ? absolute : `Z:${absolute.replaceAll('/', '\\')}`
}
