import type { MatchedReservation, PersistentReservation, RuntimeReservation } from '@winport/manager'
import type { Transport } from '@winport/transport'

/** Prints a block: one field a line, or one line of JSON with the tokens as strings. */
export function printBlock(
  block: RuntimeReservation | PersistentReservation | MatchedReservation,
  { name: transport }: Transport,
  json: boolean,
): void {
  const protocol = 'tcp' in block ? 'both' : block.protocol
  const { startPort, endPort, count } = block
  const lines = json
    ? [JSON.stringify({ protocol, ...block.toJSON(), tokenScope: undefined, transport })] // for this process alone
    : [
        `protocol  ${protocol}`,
        `start     ${startPort}`,
        `end       ${endPort}`,
        `count     ${count}`,
        'tcp' in block ? `tokens    ${block.tcp.token} (tcp), ${block.udp.token} (udp)` : `token     ${block.token}`,
      ]
  process.stdout.write(`${lines.join('\n')}\n`)
}
