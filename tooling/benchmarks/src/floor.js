import { createRequire } from 'node:module'
import { simulatorPath } from '@winport/winsock-simulator'

/**
 * @typedef {Uint8Array | null} Bytes
 *
 * @typedef {object} Floor
 * @property {(path: string) => void} load
 * @property {() => number} openSocket a TCP socket of Winsock's
 * @property {(socket: number) => void} closeSocket
 * @property {(socket: number, code: number, input: Bytes, output: Bytes) => number} ioctl
 * @property {(socket: number, code: number, input: Bytes, output: Bytes, repeats: number) => number} timeIoctls
 *   milliseconds for all of them, called in a loop in C
 * @property {(ports: number, repeats: number, wholly: boolean) => number} timeReservations
 *   milliseconds of ACQUIRE and RELEASE in C as the manager makes them, with or without what opening and closing the
 *   anchor takes
 */

/** The floor (native/floor.c): hand-written Node-API glue for the functions of the simulator, and loops in C. @type {Floor} */
export const floor = createRequire(import.meta.url)('../build/linux/floor.node')
floor.load(simulatorPath)
