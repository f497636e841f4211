import type { Transport } from '@winport/transport'

// The simulator elevates a whole process. A conformance machine opens elevated and unelevated transports in one process, so
// each transport sets the elevation of the process before each of its calls.

const wrapped = new WeakMap<object, object>()

/** Wraps the transport so that `prepare` runs before each call on it, on its persistent reservations and on its sockets. */
export function prepareEachCall(transport: Transport, prepare: () => void): Transport {
  return wrap(transport, prepare)
}

/** Returns the transport that {@link prepareEachCall} wrapped. */
export function unwrapTransport(transport: Transport): Transport {
  return (wrapped.get(transport) ?? transport) as Transport
}

function wrap<Target extends object>(target: Target, prepare: () => void): Target {
  const proxy = new Proxy(target, {
    get: (_, property) => {
      const member: unknown = Reflect.get(target, property)
      if (property === 'persistent' && typeof member === 'object' && member !== null) return wrap(member, prepare)
      if (typeof member !== 'function') return member
      return (...passed: unknown[]) => {
        prepare()
        const result: unknown = Reflect.apply(member, target, passed)
        return property === 'openSocket' ? wrap(result as object, prepare) : result
      }
    },
  })
  wrapped.set(proxy, target)
  return proxy
}
