import { networkInterfaces } from 'node:os'

/** Whether this machine can talk to itself over IPv6. Some containers cannot. */
export const hasIpv6: boolean = Object.values(networkInterfaces())
  .flat()
  .some((address) => address?.address === '::1')
