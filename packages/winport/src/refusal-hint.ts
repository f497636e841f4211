import type { PortRange } from '@winport/transport'

/** Names the commands that find out why ports are refused, and the function for programs. */
export function refusalHint({ protocol, startPort, count }: PortRange): string {
  const why = `\`winport why ${protocol} ${startPort}\``
  return count === 1
    ? `To find out why, run ${why}, or call explainPort() of winport.`
    : `To find out why, run \`winport map ${protocol}\`, or ${why} for one port, or call explainPort() of winport.`
}
