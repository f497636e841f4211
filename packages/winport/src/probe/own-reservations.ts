import type { PersistentReservations, PortRange, Transport } from '@winport/transport'

/** Keeps account of the persistent reservations that transports create, so that none outlives the program. */
export class OwnReservations {
  readonly #ranges = new Map<string, PortRange>()
  readonly #transports = new Set<Transport>()
  readonly #creating = new Set<Promise<unknown>>()
  #ended = false

  /** Opens a transport that is watched. It deletes nothing that was not created here. */
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
      openSocket: (spec) => transport.openSocket(spec),
      close,
      [Symbol.asyncDispose]: close,
    }
  }

  /**
   * Closes every transport that is watched, and deletes what they created. From now on none can be opened.
   *
   * @throws AggregateError if something could not be deleted: its message says what
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
    throw new AggregateError(failures, `Persistent reservations of this probe are left. Delete them with ${left}.`)
  }

  #checkNotEnded(): void {
    if (this.#ended) throw new Error('The probe is over')
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
          throw new Error(`The persistent reservation ${nameOf(range)} is somebody else's`)
        }
        await persistent.delete(range, options)
        this.#ranges.delete(nameOf(range))
      },
    }
  }
}

/** As the command line takes it. */
function nameOf({ protocol, startPort, count }: PortRange): string {
  return `${protocol} ${startPort} ${count}`
}

async function exists(persistent: PersistentReservations, range: PortRange): Promise<boolean> {
  return await persistent.lookup(range).then(
    () => true,
    () => false,
  )
}
