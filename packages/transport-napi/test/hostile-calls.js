// Calls the addon's functions with random values of every kind: node hostile-calls.js <addon> <calls> <seed>. Prints how many
// calls threw and how many returned. Run it with the sanitized build, which ends the process at the first error.
import { createRequire } from 'node:module'
import { counts, releasePending, setLatency } from '@winport/native-suite/programs'
import { SimulatedCall, simulatorPath, UNTIL_RELEASED } from '@winport/winsock-simulator'

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

const library = addon.load(simulatorPath, simulatorPath, simulatorPath, simulatorPath, simulatorPath)
addon.startUp(library)
const info = new Uint8Array(628)
const first = addon.openSocket(library, 2, 1, 6)
addon.protocolInfo(first, info)
addon.closeSocket(first)
const sockets = []
const pending = []
const completed = { calls: 0 }
addon.onComplete(() => completed.calls++)

function detached(length) {
  const array = new Uint8Array(length)
  structuredClone(array.buffer, { transfer: [array.buffer] })
  return array
}

function shrunk() {
  const buffer = new ArrayBuffer(64, { maxByteLength: 128 })
  const array = new Uint8Array(buffer, oneOf([0, 16]), 32)
  buffer.resize(oneOf([0, 8, 17, 128]))
  return array
}

function tracking() {
  const buffer = new ArrayBuffer(8, { maxByteLength: 1 << 16 })
  const array = new Uint8Array(buffer)
  if (random(2) === 0) buffer.resize(random(1 << 16))
  return array
}

const throwing = new Proxy(new Uint8Array(8), {
  get: () => {
    throw new Error('get')
  },
})
const getter = {
  get length() {
    throw new Error('length')
  },
  valueOf: () => {
    throw new Error('valueOf')
  },
  [Symbol.toPrimitive]: () => {
    throw new Error('toPrimitive')
  },
}
class Bytes extends Uint8Array {
  get length() {
    return 2 ** 40
  }
  get byteLength() {
    return -1
  }
}
const shared = new SharedArrayBuffer(64)
const growing = new SharedArrayBuffer(16, { maxByteLength: 1 << 16 })
const throws = () => {
  throw new Error('called')
}

const VALUES = [
  () => undefined,
  () => null,
  () => true,
  () => oneOf([0, -0, 1, -1, 0.5, NaN, Infinity, -Infinity, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53, 1e308, -(2 ** 63)]),
  () => oneOf([0n, 1n, -1n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 64n, -(2n ** 64n), 2n ** 4096n]),
  () => (BigInt(random(2 ** 32)) << 32n) | BigInt(random(4)),
  () => oneOf(['', 'a', '\0', '\ud800', '/dev/null', simulatorPath, '/no/such/library', `${simulatorPath}\0`]),
  () => 'x'.repeat(random(40_000)),
  () => Symbol('hostile'),
  () => Symbol.iterator,
  () => ({}),
  () => [],
  () => () => {},
  () => throws,
  () => throwing,
  () => getter,
  () => new Proxy(() => {}, { apply: throws }),
  () => new Date(Number.NaN),
  () => /x/,
  () => new Map(),
  () => new WeakRef({}),
  () => Promise.resolve(),
  () => new ArrayBuffer(8),
  () => shared,
  () => new DataView(new ArrayBuffer(8)),
  () => detached(16),
  shrunk,
  tracking,
  () => new Uint8Array(shared, random(32)),
  () => new Uint8Array(growing),
  () => new Bytes(16),
  () => new Uint8Array(0),
  () => new Uint8Array(random(64)).fill(random(256)),
  () => new Uint8Array(random(5000)).fill(0xff),
  () => Buffer.from('acquire'),
  () => Buffer.alloc(16).subarray(3),
  () => new Uint16Array(8),
  () => new Float64Array(4),
  () => new BigUint64Array(2),
  () => new Uint8ClampedArray(16),
  () => process,
  () => addon,
  () => globalThis,
]

const CODES = [0x98000064, 0x98000065, 0x98000066, 0x8004667e, 0x4004667f]
const range = () => Uint8Array.of(0, 0, 1 + random(4), 0)

/** Valid arguments, some of which are then replaced: only calls with some valid arguments get past the first checks. */
const RIGHT = {
  load: () => [simulatorPath, simulatorPath, simulatorPath, oneOf([undefined, simulatorPath])],
  startUp: () => [library],
  cleanUp: () => [library],
  openSocket: () => [library, oneOf([2, 2, 23, 1]), oneOf([1, 2]), oneOf([0, 6, 17])],
  closeSocket: () => [oneOf(sockets)],
  descriptor: () => [oneOf(sockets)],
  disown: () => [oneOf(sockets)],
  bind: () => [oneOf(sockets), Uint8Array.of(2, 0, 0, 0, 127, 0, 0, 1, ...new Uint8Array(20)), oneOf([16, 28])],
  localName: () => [oneOf(sockets), new Uint8Array(28)],
  setOption: () => [oneOf(sockets), 41, 27, 0],
  ioctl: () => [oneOf(sockets), oneOf(CODES), oneOf([range, () => new Uint8Array(8)])(), new Uint8Array(16)],
  startIoctl: () => [oneOf(sockets), oneOf(CODES), oneOf([range, () => new Uint8Array(8)])(), new Uint8Array(16)],
  providerIoctl: () => RIGHT.ioctl(),
  startProviderIoctl: () => RIGHT.startIoctl(),
  protocolInfo: () => [oneOf(sockets), new Uint8Array(628)],
  startProvider: () => [library, oneOf([info, info, info.slice(), new Uint8Array(628).fill(random(256))])],
  stopProvider: () => [library],
  cancel: () => [oneOf(pending)],
  callPersistent: () => [library, random(6), random(65_536), random(4), new Uint8Array(8), () => {}],
  extendedTable: () => [library, random(2), oneOf([2, 23, 0]), random(10), new Uint8Array(random(5000))],
  boundTable: () => [library, oneOf([2, 23, 0]), new Uint8Array(random(500))],
  processImage: () => [library, oneOf([process.pid, 1, 0]), new Uint8Array(random(100))],
  processUser: () => [library, oneOf([process.pid, 1, 0]), new Uint8Array(random(100))],
  services: () => [library, new Uint8Array(random(100))],
  failedBytesReturned: () => [],
  onComplete: () => [() => completed.calls++],
  onWaitRefused: () => [() => {}],
}
const NAMES = Object.keys(addon)
// `disown` leaks descriptors, `load` and the tables are slow, and the others end the state that most calls need.
const RARE = new Set([
  ...['disown', 'load', 'extendedTable', 'boundTable', 'processImage', 'processUser', 'services'],
  ...['callPersistent', 'cleanUp', 'stopProvider'],
])

const outcome = { threw: 0, returned: 0, pending: 0, uncaught: 0 }
process.on('uncaughtException', () => outcome.uncaught++) // from listeners that throw
const names = new Set()
let latency = 0
function delay(milliseconds) {
  latency = milliseconds
  setLatency(SimulatedCall.ACQUIRE, milliseconds)
}

for (let call = 0; call < Number(calls); call++) {
  let name = oneOf(NAMES)
  if (RARE.has(name) && random(20) !== 0) name = oneOf(['ioctl', 'startIoctl', 'openSocket', 'cancel'])
  if (name === 'closeSocket' && random(4) !== 0) name = 'startIoctl'
  if (random(50) === 0) delay(oneOf([0, UNTIL_RELEASED, UNTIL_RELEASED, 1]))
  // A blocking call would wait forever for releasePending.
  if ((name === 'ioctl' || name === 'providerIoctl') && latency !== 0) {
    if (random(3) === 0) delay(0)
    else name = 'startIoctl'
  }
  names.add(name)
  const passed = (RIGHT[name] ?? (() => []))()
  const wrong = Math.max(0, random(6) - 2)
  for (let change = 0; change < wrong; change++) {
    const how = random(8)
    if (how === 0) passed.length = random(passed.length + 1)
    else if (how === 1) passed.push(oneOf(VALUES)())
    else passed[random(Math.max(1, passed.length))] = oneOf(VALUES)()
  }
  try {
    const result = Reflect.apply(addon[name], oneOf([undefined, addon, null, 1]), passed)
    outcome.returned++
    if (name === 'openSocket' && typeof result === 'bigint') sockets.push(result)
    if (name === 'closeSocket' && random(4) !== 0) sockets.splice(sockets.indexOf(passed[0]), 1)
    if ((name === 'startIoctl' || name === 'startProviderIoctl') && typeof result === 'bigint') {
      outcome.pending++
      pending.push(result)
      // Detaches or shrinks the output buffer while the call is pending.
      const output = passed[3]
      if (ArrayBuffer.isView(output) && random(4) === 0 && output.buffer instanceof ArrayBuffer) {
        if (output.buffer.resizable) output.buffer.resize(0)
        else structuredClone(output.buffer, { transfer: [output.buffer] })
      }
    }
  } catch {
    outcome.threw++
  }
  if (sockets.length > 200) {
    // About half of these sockets have a pending call. Their keys stay in use above although the sockets are closed.
    for (const socket of sockets.splice(0, 150)) {
      try {
        addon.closeSocket(socket)
      } catch {
        // It was closed.
      }
    }
  }
  if (pending.length > 500) pending.splice(0, 400)
  if (random(300) === 0) releasePending(random(100))
  if (random(1000) === 0) await new Promise(setImmediate)
}
setLatency(SimulatedCall.ACQUIRE, 0)
releasePending(2 ** 31)
for (const socket of sockets) {
  try {
    addon.closeSocket(socket)
  } catch {
    // It was closed.
  }
}
addon.onComplete(() => completed.calls++)
await new Promise((resolve) => setTimeout(resolve, 100))
const { pendingCalls } = counts()
console.log(JSON.stringify({ ...outcome, completed: completed.calls, pendingCalls, functions: names.size }))
