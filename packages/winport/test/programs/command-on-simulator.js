// Runs a `winport` command on a simulated Windows: command-on-simulator.js <backend> <command> [arguments as JSON]
// Its last line on stderr counts what the command left behind. Start it with --import ./elevate.js. Environment:
// INTERRUPT="SIGINT SIGHUP"  runs the command once for each signal, and emits the signal as soon as the process listens for it,
//                     because Wine cannot send signals.
// NETSH=12000+1900    the dynamic range that netsh prints; the default is the true one.
// RELEASE=10.0.26100  the version of Windows; the default is this one.
import { createRequire } from 'node:module'
import { acquire } from '../../dist/cli/acquire-command.js'
import { info } from '../../dist/cli/info-command.js'
import { persistent } from '../../dist/cli/persistent-command.js'
import { probe } from '../../dist/cli/probe-command.js'

const [transport, command, passed = '[]'] = process.argv.slice(2)
const { WINSOCK_SIMULATOR: library, RANGE, NETSH = RANGE, RELEASE = '10.0.26100', ELEVATED, INTERRUPT } = process.env

const koffi = createRequire(createRequire(import.meta.url).resolve('@winport/transport-koffi'))('koffi')
const countsOf = koffi.load(library).func('uint32_t WinsockSimulator_Counts(void *result)')

function left() {
  const result = new Uint32Array(288 / 4)
  countsOf(result)
  const [sockets, , , reservations, persistentReservations] = result
  return { sockets, reservations, persistent: persistentReservations }
}

function interruptBy(signal) {
  const waiting = setInterval(() => {
    if (process.listenerCount(signal) === 0) return
    clearInterval(waiting)
    process.emit(signal)
  })
}

const [start, count] = NETSH.split('+')
const machine = {
  platform: 'win32',
  release: RELEASE,
  environment: { SystemRoot: 'C:\\Windows' },
  libraries: { winsock: library, ipHelper: library, kernel: library },
  run: async (program) =>
    program.endsWith('netsh.exe')
      ? `Startport         : ${start}\r\nAnzahl von Ports  : ${count}\r\n`
      : `"Verbindliche Beschriftung","Bezeichnung","S-1-16-${ELEVATED === '0' ? 8192 : 12288}",""\r\n`,
}
const commands = { acquire, info, persistent, probe }
const args = JSON.parse(passed)
const options = typeof args.at(-1) === 'object' && !Array.isArray(args.at(-1)) ? args.pop() : {}
for (const signal of INTERRUPT?.split(' ') ?? [undefined]) {
  if (signal !== undefined) interruptBy(signal)
  try {
    await commands[command](...args, { ...options, transport }, machine)
  } catch (error) {
    console.error(`${error}`)
    process.exitCode = 1
  }
  console.error(JSON.stringify(left()))
}
