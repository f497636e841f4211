import type { PersistentReservations, PortRange, Transport } from '@winport/transport'

/** Tracks the persistent reservations that transports create, so that none of them outlives the program. */
export class OwnReservations {
  readonly #ranges = new Map<string, PortRange>()
  readonly #transports = new Set<Transport>()
  readonly #creating = new Set<Promise<unknown>>()
  #ended = false

  /** Opens a tracked transport. It refuses to delete a reservation that this program did not create. */
  async open(openTransport: () => Promise<Transport>): Promise<Transport> {
    this.#checkNotEnded()
    const transport = await openTransport()
    this.#transports.add(transport)
    const close = async () => {
      await transport.close()
      this.#transports.delete(transport)
    }
    if (this.#ended) await close()
    this.#checkNotEnded()
    return {
      name: transport.name,
      persistent: this.#watchPersistent(transport.persistent),
      socketTable: transport.socketTable,
      openSocket: (spec) => transport.openSocket(spec),
      close,
      [Symbol.asyncDispose]: close,
    }
  }

  /**
   * Closes every tracked transport and deletes the reservations that they created. After this, `open` and `create` reject.
   *
   * Rejects with an AggregateError that names the reservations that could not be deleted.
   */
  async end(openTransport: () => Promise<Transport>): Promise<void> {
    this.#ended = true
    await Promise.allSettled([...this.#transports].map((transport) => transport.close()))
    await Promise.allSettled(this.#creating)
    if (this.#ranges.size === 0) return
    await using transport = await openTransport()
    const failures: unknown[] = []
    for (const [name, range] of this.#ranges) {
      try {
        await transport.persistent.delete(range)
        this.#ranges.delete(name)
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length === 0) return
    const left = [...this.#ranges.keys()].map((name) => `\`winport persistent delete ${name}\``).join(', ')
    throw new AggregateError(
      failures,
      `Some persistent reservations of this probe could not be deleted. Delete them with ${left}.`,
    )
  }

  #checkNotEnded(): void {
    if (this.#ended) throw new Error('The probe has ended')
  }

  #watchPersistent(persistent: PersistentReservations): PersistentReservations {
    return {
      create: async (range, options) => {
        this.#checkNotEnded()
        const creation = persistent.create(range, options).then((token) => {
          this.#ranges.set(nameOf(range), range)
          return token
        })
        this.#creating.add(creation)
        return await creation.finally(() => this.#creating.delete(creation))
      },
      lookup: (range, options) => persistent.lookup(range, options),
      delete: async (range, options) => {
        if (!this.#ranges.has(nameOf(range)) && (await exists(persistent, range))) {
          throw new Error(`The persistent reservation ${nameOf(range)} was not created by this probe`)
        }
        await persistent.delete(range, options)
        this.#ranges.delete(nameOf(range))
      },
    }
  }
}

/** In the syntax of the command line. */
function nameOf({ protocol, startPort, count }: PortRange): string {
  return `${protocol} ${startPort} ${count}`
}

async function exists(persistent: PersistentReservations, range: PortRange): Promise<boolean> {
  return await persistent.lookup(range).then(
    () => true,
    () => false,
  )
}
