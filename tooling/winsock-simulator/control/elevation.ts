import type { Transport } from '@winport/transport'

// The simulator elevates whole processes, while a conformance machine opens transports with and without elevation in
// one. So before each call its transport says which of the two the process is.

const wrapped = new WeakMap<object, object>()

/** The transport, `prepare` being called before each call on it, its reservations and its sockets. */
export function prepareEachCall(transport: Transport, prepare: () => void): Transport {
  return wrap(transport, prepare)
}

/** The transport that was wrapped. */
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
