import { readdirSync, readlinkSync } from 'node:fs'

/** How many sockets this process has open. */
export function openDescriptors(): number {
  return readdirSync('/proc/self/fd').filter(isSocket).length
}

function isSocket(descriptor: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith('socket:')
  } catch {
    return false // the one that read the folder
  }
}
