import { createRequire } from 'node:module'
import { simulatorPath } from '@winport/winsock-simulator'

/**
 * @typedef {object} Floor
 * @property {(path: string) => void} load
 * @property {() => number} cpuTime milliseconds of CPU time of this thread
 * @property {() => number} childrenCpuTime milliseconds of CPU time of all child processes that have ended
 * @property {() => void} raiseNetwork brings the network of this process up, with an address of each family
 * @property {(ports: number, repeats: number) => void} reserve
 *   opens a socket, acquires on it, releases and closes it
 * @property {(startPort: number, ports: number, places: number) => void} refuse
 *   acquires at each of these start ports on one socket; all must be refused
 * @property {(ports: number, repeats: number) => void} bind
 *   binds a socket to each of so many free TCP ports of this machine, and closes them
 */

/** The floor: native/floor.c, on the simulator. @type {Floor} */
export const floor = createRequire(import.meta.url)('../build/linux/floor.node')
floor.load(simulatorPath)
