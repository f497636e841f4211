import { LAST_PORT } from '@winport/definitions'
import type { PortMap } from '@winport/doctor'
import { type KindStyle, PICTURE_KINDS } from './picture-kinds.js'

/** The ports, and port 0, which no program can have. */
export const PORTS: number = LAST_PORT + 1

/** For each port, the index of the kind that a picture shows. */
export function shownPorts({ ranges }: PortMap): Uint8Array {
  const shown = new Uint8Array(PORTS)
  for (const [index, { name }] of PICTURE_KINDS.entries()) {
    for (const { kind, startPort, endPort } of ranges) if (kind === name) shown.fill(index, startPort, endPort + 1)
  }
  return shown
}

/** The kinds that some port shows, each with the number of its ports. */
export function countedKinds(shown: Uint8Array): readonly { readonly style: KindStyle; readonly count: number }[] {
  const counts = PICTURE_KINDS.map(() => 0)
  for (const index of shown.subarray(1)) counts[index] = (counts[index] ?? 0) + 1
  return PICTURE_KINDS.map((style, index) => ({ style, count: counts[index] ?? 0 })).filter(({ count }) => count > 0)
}
