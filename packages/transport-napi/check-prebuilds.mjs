// Checks before a release that prebuilds/ has an addon for each Windows architecture, and that each addon is built for its machine, is
// hardened, and needs only libraries that every Windows has. --machine checks only the named machines. --mingw accepts what a
// cross-build on Linux cannot do.
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readPortableExecutable } from './portable-executable.mjs'

const { values, positionals } = parseArgs({
  options: {
    machine: { type: 'string', multiple: true, default: ['x64', 'ia32', 'arm64'] },
    mingw: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})
const [folder = join(import.meta.dirname, 'prebuilds')] = positionals

// node.exe is missing here because it must be delay-loaded: the program that loads the addon may have another name. ws2_32.dll
// and iphlpapi.dll are missing because the addon loads them at run time, from System32.
const ALLOWED = new Set(['advapi32.dll', 'bcrypt.dll', 'kernel32.dll', ...(values.mingw ? ['msvcrt.dll'] : [])])

function faultsOf(machine, addon) {
  const { machine: found, characteristics, imports, delayImports } = readPortableExecutable(addon)
  const required = ['DYNAMIC_BASE', 'NX_COMPAT']
  if (machine !== 'ia32') required.push('HIGH_ENTROPY_VA')
  if (!values.mingw) required.push('GUARD_CF')
  return [
    ...(found === machine ? [] : [`is for ${found}`]),
    ...required.filter((name) => !characteristics.includes(name)).map((name) => `lacks ${name}`),
    ...imports.filter((name) => !ALLOWED.has(name)).map((name) => `needs ${name}`),
    // mingw's linker leaves the delay import directory out of the header.
    ...(values.mingw || delayImports.includes('node.exe') ? [] : ['does not delay-load node.exe']),
  ]
}

for (const machine of values.machine) {
  const addon = join(folder, `win32-${machine}`, 'winport-transport.napi.node')
  const faults = existsSync(addon) ? faultsOf(machine, addon) : ['is missing']
  if (faults.length > 0) process.exitCode = 1
  console.log(`win32-${machine} ${faults.length > 0 ? faults.join(', ') : `passes: ${statSync(addon).size} bytes`}`)
}
