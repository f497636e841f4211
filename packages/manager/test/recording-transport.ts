import type { PersistentReservations, PortRange, SocketSpec, Transport, WinsockSocket } from '@winport/transport'

/** Passes every call on, and records it. */
export class RecordingTransport implements Transport {
  readonly name = 'recording'
  readonly tokenScope: string
  readonly calls: string[] = []
  readonly persistent: PersistentReservations
  readonly #inner: Transport

  constructor(inner: Transport) {
    this.#inner = inner
    this.tokenScope = inner.tokenScope ?? ''
    this.persistent = {
      create: (range, options) => this.#record('create', range, () => inner.persistent.create(range, options)),
      lookup: (range, options) => this.#record('lookup', range, () => inner.persistent.lookup(range, options)),
      delete: (range, options) => this.#record('delete', range, () => inner.persistent.delete(range, options)),
    }
  }

  openSocket(spec: SocketSpec): WinsockSocket {
    this.calls.push(`openSocket ${spec.protocol}`)
    return this.#inner.openSocket(spec)
  }

  async close(): Promise<void> {
    this.calls.push('close')
    await this.#inner.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #record<Result>(call: string, range: PortRange, pass: () => Promise<Result>): Promise<Result> {
    this.calls.push(`${call} ${range.protocol} ${range.startPort} ${range.count}`)
    return pass()
  }
}
