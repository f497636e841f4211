import { readlinkSync } from 'node:fs'
import { readdir } from 'node:fs/promises'

/**
 * Finds the processes that have these sockets among their descriptors. Several processes can share a socket. Processes whose
 * descriptors this user may not read, or that end meanwhile, are left out.
 *
 * @param inodes the sockets, as in {@link SocketRow}
 * @returns the process IDs of each socket that was found, lowest first
 */
export async function findSocketOwners(
  inodes: ReadonlySet<string>,
  proc: string,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const owners = new Map<string, number[]>()
  if (inodes.size === 0) return owners
  const pids = (await entriesOf(proc)).map(Number).filter(Number.isInteger)
  for (const pid of pids.sort((a, b) => a - b)) {
    signal?.throwIfAborted()
    const descriptors = await entriesOf(`${proc}/${pid}/fd`)
    const sockets = new Set(descriptors.map((descriptor) => socketOf(`${proc}/${pid}/fd/${descriptor}`)))
    for (const inode of sockets) {
      if (inode === undefined || !inodes.has(inode)) continue
      owners.set(inode, [...(owners.get(inode) ?? []), pid])
    }
  }
  return owners
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch {
    return []
  }
}

function socketOf(link: string): string | undefined {
  try {
    const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(link)) ?? []
    return inode
  } catch {
    return undefined
  }
}
