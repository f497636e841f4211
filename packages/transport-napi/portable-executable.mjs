// Reads the parts of a Windows binary (.dll, .exe or .node) that show how it was built.
import { readFileSync } from 'node:fs'

const MACHINES = new Map([
  [0x014c, 'ia32'],
  [0x8664, 'x64'],
  [0xaa64, 'arm64'],
])

/** The IMAGE_DLLCHARACTERISTICS_* flags that harden a binary. */
const CHARACTERISTICS = { HIGH_ENTROPY_VA: 0x20, DYNAMIC_BASE: 0x40, NX_COMPAT: 0x100, GUARD_CF: 0x4000 }

const PE32_PLUS = 0x20b

/** Tables of libraries: the number of the data directory, the size of an entry, and the offset of the name in it. */
const IMPORTS = { directory: 1, size: 20, name: 12 }
const DELAY_IMPORTS = { directory: 13, size: 32, name: 4 }

/**
 * @returns the machine by Node's name, the hardening flags that are set, and in lower case the libraries that are imported and
 *   those that are delay-loaded
 */
export function readPortableExecutable(path) {
  const file = readFileSync(path)
  const header = file.readUInt32LE(0x3c)
  if (file.toString('latin1', header, header + 4) !== 'PE\0\0') throw new Error(`${path} is not a Windows binary`)
  const optional = header + 24
  const characteristics = file.readUInt16LE(optional + 70)
  return {
    machine: MACHINES.get(file.readUInt16LE(header + 4)) ?? 'unknown',
    characteristics: Object.keys(CHARACTERISTICS).filter((name) => characteristics & CHARACTERISTICS[name]),
    imports: librariesIn(file, header, optional, IMPORTS),
    delayImports: librariesIn(file, header, optional, DELAY_IMPORTS),
  }
}

function librariesIn(file, header, optional, { directory, size, name: nameAt }) {
  const directories = optional + (file.readUInt16LE(optional) === PE32_PLUS ? 112 : 96)
  const sections = optional + file.readUInt16LE(header + 20)
  const sectionCount = file.readUInt16LE(header + 6)
  const offsetOf = (address) => {
    for (let i = 0; i < sectionCount; i++) {
      const section = sections + i * 40
      const start = file.readUInt32LE(section + 12)
      if (address >= start && address < start + file.readUInt32LE(section + 16)) {
        return address - start + file.readUInt32LE(section + 20)
      }
    }
    throw new Error(`no section contains the address ${address}`)
  }
  const table = file.readUInt32LE(directories + directory * 8)
  const names = []
  if (table === 0) return names
  for (let entry = offsetOf(table); file.readUInt32LE(entry + nameAt) !== 0; entry += size) {
    const name = offsetOf(file.readUInt32LE(entry + nameAt))
    names.push(file.toString('latin1', name, file.indexOf(0, name)).toLowerCase())
  }
  return names
}
