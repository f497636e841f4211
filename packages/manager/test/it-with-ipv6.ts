import { hasIPv6 } from '@winport/transport/conformance'
import { it } from 'vitest'

/** Defines a test that runs on machines with IPv6. Some containers have none. */
export const itWithIPv6: (name: string, test: () => Promise<void>) => void = hasIPv6() ? it : () => {}
