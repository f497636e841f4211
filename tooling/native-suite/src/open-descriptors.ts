import { readdirSync, readlinkSync } from 'node:fs'

/** The number of open sockets of this process. */
export function openDescriptors(): number {
  return readdirSync('/proc/self/fd').filter(isSocket).length
}

function isSocket(descriptor: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith('socket:')
  } catch {
    return false // the descriptor that read the folder
  }
}
