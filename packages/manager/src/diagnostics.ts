import { type Channel, channel } from 'node:diagnostics_channel'
import type { AddressInfo } from 'node:net'
import type { PortRange, Transport } from '@winport/transport'

// What the manager publishes through node:diagnostics_channel. A message is made only if somebody has subscribed.

/** What every message tells. */
export interface ReservationMessage {
  /** The backend, such as `'napi'`. */
  readonly transport: string
  /** The block. Where none could be acquired, what was asked for: start port 0 is the kernel's choice. */
  readonly range: PortRange
}

/**
 * `winport:acquire`: a block was reserved. `winport:associate`: a socket was associated with it, to take its port from
 * there. `winport:release`: it was let go of.
 */
export interface BlockMessage extends ReservationMessage {
  readonly token: bigint
}

/** `winport:bind`: a socket was bound to a port of a block. */
export interface BindMessage extends ReservationMessage {
  readonly address: AddressInfo
}

/**
 * `winport:failure`: the system refused something, or it was given up. A call that succeeds in the end may have tried
 * before: other places, or IPv6.
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

/** The channels by the last part of their names. Ask `hasSubscribers` before anything is made for a message. */
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
