import type { PortRange } from '@winport/transport'

/** Says how to find out why these ports are refused: a sentence for the end of an error's message. */
export type RefusalHint = (refused: PortRange) => string

/** The hint as the end of a message; empty without one. */
export function hintText(hint: RefusalHint | undefined, refused: PortRange): string {
  return hint === undefined ? '' : ` ${hint(refused)}`
}
