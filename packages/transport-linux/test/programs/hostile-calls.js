// Calls the addon's functions with random values of every kind: node hostile-calls.js <addon> <calls> <seed>. Prints how many
// calls threw and how many returned. Run it with the sanitized build, which ends the process at the first error.
import { createRequire } from 'node:module'

const [path, calls, seed] = process.argv.slice(2)
const addon = createRequire(import.meta.url)(path)

let state = Number(seed) >>> 0 || 1
/** An integer from 0 to limit - 1 (xorshift32). */
function random(limit) {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return (state >>> 0) % limit
}
const oneOf = (values) => values[random(values.length)]

function detached() {
  const array = new Uint8Array(28)
  structuredClone(array.buffer, { transfer: [array.buffer] })
  return array
}

function shrunk() {
  const buffer = new ArrayBuffer(64, { maxByteLength: 128 })
  const array = new Uint8Array(buffer, oneOf([0, 16]), 32)
  buffer.resize(oneOf([0, 8, 17, 128]))
  return array
}

const name = () => {
  const bytes = new Uint8Array(28)
  bytes[oneOf([4, 23])] = oneOf([0, 1, 127])
  bytes.set([random(256), random(256)], 2)
  return bytes
}
const tokens = [0n, 1n]
const sockets = [addon.open(0, 0), addon.open(1, 1)]
const values = [
  () => oneOf(sockets),
  () => oneOf(tokens),
  () => random(70_000),
  () => random(4),
  () => oneOf([16, 28]),
  name,
  () => new Uint8Array(random(40)),
  detached,
  shrunk,
  () =>
    oneOf([undefined, null, true, 'text', Symbol('s'), {}, [], () => {}, Number.NaN, -1, 1.5, 2 ** 53, -1n, 1n << 64n]),
  () => oneOf(sockets) + oneOf([0.5, 1, 2 ** 20, 2 ** 51]),
  () => new Number(oneOf(sockets)),
  () => new Uint16Array(14),
  () => new DataView(new ArrayBuffer(28)),
]
/** Mostly the kinds that the functions expect. */
const SIGNATURES = {
  test: [],
  counts: [],
  open: [3, 3],
  close: [0],
  acquire: [0, 2, 2, 3, 6],
  associate: [0, 1],
  release: [0, 1],
  bind: [0, 5, 4, 3],
  localName: [0, 5],
  handOver: [0, 3],
  disown: [0],
  left: [0],
  boundSockets: [3, 5],
}
const names = Object.keys(addon)
let threw = 0
let returned = 0
for (let i = 0; i < Number(calls); i++) {
  const called = oneOf(names)
  const passed = SIGNATURES[called].map((kind) => (random(8) === 0 ? oneOf(values) : values[kind])())
  // A socket that is disowned is never closed: Node would do it.
  if (called === 'disown') passed[0] = undefined
  try {
    const result = addon[called](...passed)
    returned++
    if (called === 'open' && result >= 0) sockets.push(result)
    if (called === 'acquire' && result > 0) tokens.push(new DataView(passed[4].buffer).getBigUint64(0, true))
    if (sockets.length > 40) addon.close(sockets.splice(random(sockets.length), 1)[0])
    if (tokens.length > 40) tokens.splice(2, 20)
  } catch {
    threw++
  }
}
for (const socket of sockets) addon.close(socket)
console.log(JSON.stringify({ threw, returned, functions: names.length, left: addon.counts() }))
