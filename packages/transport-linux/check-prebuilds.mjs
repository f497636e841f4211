// Checks before a release that prebuilds/ has an addon for each architecture, and that each one runs with glibc and musl: it needs
// no library, and its symbols are Node-API's or those of POSIX that both have. --machine checks only the named machines.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readElf } from './elf-file.mjs'

const { values, positionals } = parseArgs({
  options: { machine: { type: 'string', multiple: true, default: ['x64', 'arm64'] } },
  allowPositionals: true,
})
const [folder = join(import.meta.dirname, 'prebuilds')] = positionals

const POSIX = [
  ...[
    'bind',
    'close',
    'connect',
    'fcntl',
    'getrandom',
    'getsockname',
    'getsockopt',
    'listen',
    'nanosleep',
    'recv',
    'sched_yield',
    'send',
    'setsockopt',
    'shutdown',
    'socket',
    'syscall',
  ],
  ...['calloc', 'free', 'malloc', 'memcmp', 'memcpy', 'memmove', 'memset', 'realloc'],
  ...['__errno_location', 'pthread_mutex_lock', 'pthread_mutex_unlock'],
]

function faultsOf(machine, addon) {
  const { machine: found, needed, symbols, bindsNow, staysLoaded } = readElf(readFileSync(addon))
  const foreign = symbols.filter((name) => !name.startsWith('napi_') && !POSIX.includes(name))
  return [
    ...(found === machine ? [] : [`is for ${found}`]),
    ...needed.map((name) => `needs ${name}`),
    ...foreign.map((name) => `needs the symbol ${name}`),
    ...(symbols.some((name) => name.startsWith('napi_')) ? [] : ['calls no function of Node-API']),
    ...(bindsNow ? [] : ['binds its symbols late']),
    ...(staysLoaded ? [] : ['may be unloaded']),
  ]
}

for (const machine of values.machine) {
  const addon = join(folder, `linux-${machine}`, 'winport-linux.napi.node')
  const faults = existsSync(addon) ? faultsOf(machine, addon) : ['is missing']
  if (faults.length > 0) process.exitCode = 1
  console.log(`linux-${machine} ${faults.length > 0 ? faults.join(', ') : `passes: ${statSync(addon).size} bytes`}`)
}
