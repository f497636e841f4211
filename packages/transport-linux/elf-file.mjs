// Reads what matters for a release from a 64-bit little-endian ELF file.
const MACHINES = { 62: 'x64', 183: 'arm64' }
const DYNAMIC = 2
const NEEDED = 1
const FLAGS = 30
const FLAGS_1 = 0x6ffffffb
const STRTAB = 5
const SYMTAB = 6
const HASH_ENTRY = 24

/** @param {Buffer} file @returns the architecture, the needed libraries, the symbols of others, and whether it binds at once */
export function readElf(file) {
  if (file.toString('latin1', 0, 4) !== '\x7fELF' || file[4] !== 2 || file[5] !== 1)
    throw new Error('not a 64-bit ELF file')
  const number = (offset) => Number(file.readBigUInt64LE(offset))
  const headers = Array.from({ length: file.readUInt16LE(56) }, (_, i) => number(32) + i * file.readUInt16LE(54))
  const segments = headers.map((at) => ({
    type: file.readUInt32LE(at),
    offset: number(at + 8),
    address: number(at + 16),
    size: number(at + 32),
  }))
  const place = (address) => {
    const segment = segments.find((one) => one.type === 1 && address >= one.address && address < one.address + one.size)
    return address - segment.address + segment.offset
  }
  const { offset, size } = segments.find(({ type }) => type === DYNAMIC)
  const entries = Array.from({ length: size / 16 }, (_, i) => [number(offset + i * 16), number(offset + i * 16 + 8)])
  const tagged = (tag) => entries.find(([found]) => found === tag)?.[1] ?? 0
  const names = place(tagged(STRTAB))
  const nameAt = (at) => file.toString('latin1', names + at, file.indexOf(0, names + at))
  const symbols = []
  // The table of symbols ends where the table of their names begins.
  for (let at = place(tagged(SYMTAB)) + HASH_ENTRY; at < names; at += HASH_ENTRY) {
    if (file.readUInt16LE(at + 6) === 0) symbols.push(nameAt(file.readUInt32LE(at)))
  }
  return {
    machine: MACHINES[file.readUInt16LE(18)] ?? 'another machine',
    needed: entries.filter(([tag]) => tag === NEEDED).map(([, at]) => nameAt(at)),
    symbols,
    bindsNow: (tagged(FLAGS) & 8) !== 0,
    staysLoaded: (tagged(FLAGS_1) & 8) !== 0,
  }
}
