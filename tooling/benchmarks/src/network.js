import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { floor } from './floor.js'

const ALONE = ['--map-root-user', '--net']
const VARIABLE = 'WINPORT_BENCH_NETWORK'

// No connection leaves a port in TIME_WAIT, and no port of the simulator is one that the system chooses.
const SETTINGS = { 'ipv4/tcp_max_tw_buckets': '0', 'ipv4/ip_local_port_range': '20000 60999' }

/**
 * Whether this process is in a network namespace that belongs to the bench alone. In the first process it starts the
 * program again in one, if the machine allows it, and returns the exit code of that.
 *
 * @param {string} script
 * @param {readonly string[]} options
 * @returns {{ readonly isOwn: boolean } | { readonly exitCode: number }}
 */
export function enterNetwork(script, options) {
  const state = process.env[VARIABLE]
  if (state === 'own') {
    floor.raiseNetwork()
    for (const [file, value] of Object.entries(SETTINGS)) writeFileSync(`/proc/sys/net/${file}`, value)
  }
  if (state !== undefined) return { isOwn: state === 'own' }
  const isAllowed = spawnSync('unshare', [...ALONE, 'true']).status === 0
  const command = [...(isAllowed ? ['unshare', ...ALONE] : []), process.execPath, script, ...options]
  const env = { ...process.env, [VARIABLE]: isAllowed ? 'own' : 'shared' }
  const { status } = spawnSync(command[0], command.slice(1), { stdio: 'inherit', env })
  return { exitCode: status ?? 1 }
}
