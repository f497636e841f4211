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

/** @returns the machine by Node's name, the hardening flags that are set, and the imported libraries in lower case */
export function readPortableExecutable(path) {
  const file = readFileSync(path)
  const header = file.readUInt32LE(0x3c)
  if (file.toString('latin1', header, header + 4) !== 'PE\0\0') throw new Error(`${path} is not a Windows binary`)
  const optional = header + 24
  const characteristics = file.readUInt16LE(optional + 70)
  return {
    machine: MACHINES.get(file.readUInt16LE(header + 4)) ?? 'unknown',
    characteristics: Object.keys(CHARACTERISTICS).filter((name) => characteristics & CHARACTERISTICS[name]),
    imports: importsOf(file, header, optional),
  }
}

function importsOf(file, header, optional) {
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
  const table = file.readUInt32LE(directories + 8)
  const names = []
  if (table === 0) return names
  for (let entry = offsetOf(table); file.readUInt32LE(entry + 12) !== 0; entry += 20) {
    const name = offsetOf(file.readUInt32LE(entry + 12))
    names.push(file.toString('latin1', name, file.indexOf(0, name)).toLowerCase())
  }
  return names
}
