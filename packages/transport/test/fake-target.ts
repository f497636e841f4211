import {
  DEFAULT_DYNAMIC_RANGE,
  ERROR_PROC_NOT_FOUND,
  type PersistentVerb,
  persistentFunctionName,
} from '@winport/definitions'
import type { ConformanceMachine, ConformanceTarget } from '../src/conformance/index.js'
import { IpHelperError, type Transport, WinsockError } from '../src/index.js'

/** The one test of the suite that the fake passes. */
export const FAKE_PASSES = 'the persistent calls fail with ERROR_PROC_NOT_FOUND where their functions are missing'

const WSAENETDOWN = 10_050

/** A transport on which no socket can be opened, and that has no persistent reservations. */
export class FakeTransport implements Transport {
  readonly name = 'fake'
  readonly persistent = { create: missing('Create'), lookup: missing('Lookup'), delete: missing('Delete') }
  closed = false

  openSocket(): never {
    throw new WinsockError(WSAENETDOWN, 'WSASocketW')
  }

  async close(): Promise<void> {
    this.closed = true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

function missing(verb: PersistentVerb): () => Promise<never> {
  return async () => {
    throw new IpHelperError(ERROR_PROC_NOT_FOUND, persistentFunctionName(verb, 'tcp'))
  }
}

/** A machine that opens fake transports, with these changes. */
export function fakeTarget(
  machine: Partial<ConformanceMachine> = {},
  target: Partial<ConformanceTarget> = {},
): ConformanceTarget {
  return {
    name: 'the fake',
    features: new Set(),
    openMachine: () => ({
      windowsBuild: 2600,
      dynamicRange: DEFAULT_DYNAMIC_RANGE,
      openTransport: () => new FakeTransport(),
      [Symbol.asyncDispose]: async () => {},
      ...machine,
    }),
    ...target,
  }
}
