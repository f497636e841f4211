// The states of a TCP socket in the tables of IP Helper. tcpmib.h

/** No connection. */
export const MIB_TCP_STATE_CLOSED = 1
/** The socket waits for connections. */
export const MIB_TCP_STATE_LISTEN = 2
/** A SYN was sent. */
export const MIB_TCP_STATE_SYN_SENT = 3
/** A SYN was received and answered. */
export const MIB_TCP_STATE_SYN_RCVD = 4
/** The connection is open. */
export const MIB_TCP_STATE_ESTAB = 5
/** This end was closed first, and its FIN is not acknowledged. */
export const MIB_TCP_STATE_FIN_WAIT1 = 6
/** This end was closed first, and its FIN is acknowledged. */
export const MIB_TCP_STATE_FIN_WAIT2 = 7
/** The other end was closed first. */
export const MIB_TCP_STATE_CLOSE_WAIT = 8
/** Both ends were closed at the same time. */
export const MIB_TCP_STATE_CLOSING = 9
/** The other end was closed first, and the FIN of this end is not acknowledged. */
export const MIB_TCP_STATE_LAST_ACK = 10
/** The connection is closed and keeps its port for some minutes. */
export const MIB_TCP_STATE_TIME_WAIT = 11
/** The kernel removes the connection. */
export const MIB_TCP_STATE_DELETE_TCB = 12

const NAMES: readonly string[] = [
  'CLOSED',
  'LISTEN',
  'SYN_SENT',
  'SYN_RECEIVED',
  'ESTABLISHED',
  'FIN_WAIT_1',
  'FIN_WAIT_2',
  'CLOSE_WAIT',
  'CLOSING',
  'LAST_ACK',
  'TIME_WAIT',
  'DELETE_TCB',
]

/** The name of a MIB_TCP_STATE, such as `LISTEN`, as netstat prints it in English; the number as text if there is no such state. */
export function tcpStateName(state: number): string {
  return NAMES[state - 1] ?? String(state)
}
