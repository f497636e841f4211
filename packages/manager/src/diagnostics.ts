import { type Channel, channel } from 'node:diagnostics_channel'
import type { AddressInfo } from 'node:net'
import type { PortRange, Transport } from '@winport/transport'

// What the manager publishes through node:diagnostics_channel. A message is made only if a channel has a subscriber.

/** What every message has. */
export interface ReservationMessage {
  /** The backend, such as `'napi'`. */
  readonly transport: string
  /** The block; for a failed acquire what was asked for. Start port 0 lets the kernel choose. */
  readonly range: PortRange
}

/**
 * `winport:acquire`: a block was acquired. `winport:associate`: a socket was associated with a block. `winport:release`: a
 * block was released.
 */
export interface BlockMessage extends ReservationMessage {
  readonly token: bigint
}

/** `winport:bind`: a socket was bound to a port of a block. */
export interface BindMessage extends ReservationMessage {
  readonly address: AddressInfo
}

/**
 * `winport:failure`: the system refused something, or it was cancelled. A call that succeeds may publish failures of its
 * earlier attempts: other candidates, or IPv6.
 */
export interface FailureMessage extends ReservationMessage {
  readonly operation: 'acquire' | 'associate' | 'bind' | 'adopt' | 'release' | 'persistent'
  readonly error: unknown
}

interface Messages {
  readonly acquire: BlockMessage
  readonly associate: BlockMessage
  readonly bind: BindMessage
  readonly release: BlockMessage
  readonly failure: FailureMessage
}

/** The channels by the last part of their names. Check `hasSubscribers` before you make a message. */
export const channels: Readonly<Record<keyof Messages, Channel>> = {
  acquire: channel('winport:acquire'),
  associate: channel('winport:associate'),
  bind: channel('winport:bind'),
  release: channel('winport:release'),
  failure: channel('winport:failure'),
}

export function publish<Name extends keyof Messages>(
  name: Name,
  transport: Transport,
  { protocol, startPort, count }: PortRange,
  details: Omit<Messages[Name], keyof ReservationMessage>,
): void {
  channels[name].publish({ transport: transport.name, range: { protocol, startPort, count }, ...details })
}
