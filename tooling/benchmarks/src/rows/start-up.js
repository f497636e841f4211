// Fresh processes: the command line, and a program that wants 20 ports.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { floor } from '../floor.js'
import { ratioRow } from '../row.js'

const ROUNDS = 31

const manifest = new URL(import.meta.resolve('winport/package.json'))
const winport = fileURLToPath(new URL(JSON.parse(readFileSync(manifest, 'utf8')).bin.winport, manifest))
const program = (name) => fileURLToPath(new URL(`../programs/${name}.js`, import.meta.url))

const PROCESSES = {
  node: ['--eval', '0'],
  version: [winport, '--version'],
  acquire: [winport, 'acquire', 'tcp', '20', '--transport', 'mock'],
  winport: [program('first-ports-winport')],
  'get-port': [program('first-ports-get-port')],
}

const times = Object.fromEntries(Object.keys(PROCESSES).map((name) => [name, []]))
for (let round = -2; round < ROUNDS; round++) {
  for (const [name, command] of Object.entries(PROCESSES)) {
    const passed = cpuTimeOf(command)
    if (round >= 0) times[name].push(passed)
  }
}

/** The CPU time of a process from its start to its end: a busy machine prolongs it little. */
function cpuTimeOf(command) {
  const before = floor.childrenCpuTime()
  const env = { ...process.env, WINPORT_KNOWN_FAULT: 'start' } // see delayed/fault.js
  const { status, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8', env })
  if (status !== 0) throw new Error(`${command.join(' ')}: exit code ${status}\n${stderr}`)
  return floor.childrenCpuTime() - before
}

const rows = [
  ratioRow(1.2, 'a fresh process to 20 ports, against one with get-port', times.winport, times['get-port']),
  ratioRow(1.35, '`winport --version`, against `node --eval 0`', times.version, times.node),
  ratioRow(1.7, '`winport acquire tcp 20 --transport mock`, against `node --eval 0`', times.acquire, times.node),
]
console.log(JSON.stringify(rows))
