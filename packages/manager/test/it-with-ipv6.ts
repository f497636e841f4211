import { hasIPv6 } from '@winport/transport/conformance'
import { it } from 'vitest'

/** Defines a test where this machine can talk to itself over IPv6. Some containers cannot. */
export const itWithIPv6: (name: string, test: () => Promise<void>) => void = hasIPv6() ? it : () => {}
