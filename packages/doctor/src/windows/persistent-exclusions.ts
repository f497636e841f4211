import { LAST_PORT } from '@winport/definitions'
import type { Protocol } from '@winport/transport'
import type { ExcludedRange } from '../excluded-ranges.js'

/**
 * Where Windows keeps the ranges that survive a restart: those that an administrator has excluded, and persistent reservations.
 * No document describes the keys; others found them (bigfix.me 27007).
 */
const KEYS: Readonly<Record<Protocol, string>> = {
  tcp: '{eb004a03-9b1a-11d4-9123-0050047759bc}\\29',
  udp: '{eb004a02-9b1a-11d4-9123-0050047759bc}\\5',
}

/** The arguments of reg.exe that list the ranges of a protocol, of both families. */
export function persistentExclusionsQuery(protocol: Protocol): readonly string[] {
  return ['query', `HKLM\\SYSTEM\\CurrentControlSet\\Control\\Nsi\\${KEYS[protocol]}`]
}

/** A value: its name, its type and its data. reg.exe translates none of them. */
const VALUE = /^\s+([0-9a-f]{8})\s+REG_[A-Z_]+(?:\s|$)/i
const ANY_VALUE = /^\s+\S.*\sREG_[A-Z_]+(?:\s|$)/

/**
 * Parses the output of {@link persistentExclusionsQuery}. The name of a value is a range: `cc570100` is the port 0xcc57 and
 * then the number of ports with its low byte first, 1.
 *
 * @returns undefined if the text lists no values, or one whose name is no range
 */
export function parsePersistentExclusions(text: string): readonly ExcludedRange[] | undefined {
  const lines = text.split('\n').filter((line) => ANY_VALUE.test(line))
  const ranges = lines.map((line) => rangeOf(VALUE.exec(line)?.[1]))
  const known = ranges.filter((range) => range !== undefined)
  return known.length === 0 || known.length < ranges.length ? undefined : known
}

function rangeOf(name: string | undefined): ExcludedRange | undefined {
  if (name === undefined) return undefined
  const bytes = Buffer.from(name, 'hex')
  const startPort = bytes.readUInt16BE(0)
  const count = bytes.readUInt16LE(2)
  const endPort = startPort + count - 1
  return count > 0 && endPort <= LAST_PORT ? { startPort, endPort, administered: true } : undefined
}
