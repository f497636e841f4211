import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** The path of a file of @winport/transport-linux. Its build has made the programs of the tests. */
export function linuxPackage(file: string): string {
  return fileURLToPath(new URL(`../../../transport-linux/${file}`, import.meta.url))
}

/** What the addon counts, in all threads: sockets, blocks, ports, and ports that are given out. */
export function addonCounts(): readonly number[] {
  const addon = linuxPackage(`prebuilds/linux-${process.arch}/winport-linux.napi.node`)
  return createRequire(import.meta.url)(addon).counts()
}
