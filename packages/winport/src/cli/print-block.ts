import { MatchedReservation, type PersistentReservation, type RuntimeReservation } from '@winport/manager'
import type { Transport } from '@winport/transport'

/** Prints where a block is: a line for each field, or one line of JSON with the tokens as strings. */
export function printBlock(
  block: RuntimeReservation | PersistentReservation | MatchedReservation,
  { name: transport }: Transport,
  json: boolean,
): void {
  const protocol = block instanceof MatchedReservation ? 'both' : block.protocol
  const { startPort, endPort, count } = block
  const lines = json
    ? [JSON.stringify({ protocol, ...block.toJSON(), transport })]
    : [
        `protocol  ${protocol}`,
        `start     ${startPort}`,
        `end       ${endPort}`,
        `count     ${count}`,
        block instanceof MatchedReservation
          ? `tokens    ${block.tcp.token} (tcp), ${block.udp.token} (udp)`
          : `token     ${block.token}`,
      ]
  process.stdout.write(`${lines.join('\n')}\n`)
}
