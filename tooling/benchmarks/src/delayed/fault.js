// Copied into the build that `pnpm bench --check` makes: its calls take a third longer. ../known-fault.js has the other faults.
// The clock is not that of the CPU, which is slow to read: on a busy machine the calls take somewhat more than a third longer.
const SHARE = 1 / 3
const LONG_TURN = 40
const ONE_IN = 5000
const LEAKED = 40 // numbers

const left = []
const delayed = new WeakSet()
let paidUntil = 0
let overhead = 0
let calls = 0
let jobBegan = 0

/** Every call of a manager and of its blocks takes a third longer. */
export function delayManagers({ prototype }) {
  delayMethod(prototype, 'acquire', (block) => {
    delayBlocks(block)
    if (fault() === 'leak') left.push(new Array(LEAKED).fill(0))
  })
  delayMethod(prototype, 'close')
}

function delayBlocks(block) {
  let prototype = Object.getPrototypeOf(block)
  for (; prototype !== null && prototype !== Object.prototype; prototype = Object.getPrototypeOf(prototype)) {
    if (delayed.has(prototype)) return
    delayed.add(prototype)
    const own = (name) => Object.hasOwn(prototype, name)
    for (const name of ['bind', 'connect', 'release'].filter(own)) delayMethod(prototype, name)
    if (own('listen')) delayMethod(prototype, 'listen', undefined, delayRequests)
    if (own('attach')) delayMethod(prototype, 'attach', undefined, delayListen)
  }
}

/** @param {(result: any) => void} [afterwards] @param {(argument: any) => void} [first] */
function delayMethod(object, name, afterwards, first) {
  const original = object[name]
  object[name] = function (...passed) {
    const began = performance.now()
    first?.(passed[0])
    const settled = (result) => {
      pay(began, name)
      afterwards?.(result)
      return result
    }
    const result = original.apply(this, passed)
    if (typeof result?.then !== 'function') return settled(result)
    return result.then(settled, (error) => {
      pay(began, name)
      throw error
    })
  }
}

/** A third of the time from `listen` until the server listens. */
function delayListen(server) {
  const original = server.listen
  server.listen = function (...passed) {
    const began = performance.now()
    this.once('listening', () => pay(began))
    return original.apply(this, passed)
  }
}

/** A third of the time between two requests. */
function delayRequests(server) {
  let began
  server.on('request', () => {
    if (began !== undefined) pay(began)
    began = performance.now()
  })
}

function fault() {
  return globalThis.winportKnownFault ?? 'third'
}

/** Calls may overlap: no time is paid for twice. */
function pay(began, name) {
  const now = performance.now()
  if (fault() === 'third') spendUntil(now + (now - Math.max(began, paidUntil)) * SHARE - overhead)
  if (fault() === 'job' && name === 'acquire') jobBegan = began
  if (fault() === 'job' && name === 'release') spendUntil(now + (now - jobBegan) * SHARE)
  if (fault() === 'turn' && (name === 'close' || ++calls % ONE_IN === 0)) spendUntil(now + LONG_TURN)
  paidUntil = performance.now()
}

function spendUntil(end) {
  while (performance.now() < end);
}

/** What a delayed call takes longer although it is not made to wait, in milliseconds. */
async function measureOverhead() {
  const plain = { call: async () => {} }
  const slow = { call: async () => {} }
  delayMethod(slow, 'call')
  const times = []
  for (let round = 0; round < 40; round++) {
    const start = performance.now()
    for (let i = 0; i < 100; i++) await plain.call()
    const between = performance.now()
    for (let i = 0; i < 100; i++) await slow.call()
    times.push((performance.now() - between - (between - start)) / 100)
  }
  return Math.max(0, Math.min(...times.slice(20)))
}

const isOneProcessOfMany = process.env.WINPORT_KNOWN_FAULT === 'start' // of ../rows/start-up.js
if (!isOneProcessOfMany) overhead = await measureOverhead()

/** This process takes a third longer. */
export function delayThisProcess() {
  if (!isOneProcessOfMany) return
  process.once('exit', () => {
    const { user, system } = process.cpuUsage()
    spendUntil(performance.now() + ((user + system) / 1000) * SHARE)
  })
}
