import { floor } from './floor.js'
let turn
const queue = []
let resolveOf
const exec = (r) => { resolveOf = r }
class Call { constructor(resolve, request) { this.resolve = resolve; this.request = request } }
function check(options) {
    if (typeof options !== 'object' || options === null) throw new TypeError()
    const { protocol, count, startPort = 0 } = options
    if (typeof protocol !== 'string' || typeof count !== 'number') throw new TypeError()
    return { protocol, count, startPort }
}
class M {
  #n = 0
  async asyncAwait(options) {
    const r = check(options)
    await turn
    return this.#n++
  }
  newPromise(options) {
    const r = check(options)
    const promise = new Promise(exec)
    queue.push(new Call(resolveOf, r))
    return promise
  }
  newPromise2(options) {
    const r = check(options)
    return new Promise((resolve) => { queue.push(() => resolve(1)) })
  }
  then(options) {
    const r = check(options)
    return turn.then(() => r)
  }
  async asyncNew(options) {
    const r = check(options)
    return await new Promise((resolve) => { queue.push(() => resolve(1)) })
  }
}
const m = new M()
const name = process.argv[2]
for (let i = 0; i < 3; i++) {
  globalThis.gc?.()
  turn = new Promise((r) => setImmediate(r))
  await turn
  turn = new Promise((r) => setImmediate(r))
  let t = floor.cpuTime()
  const p = Promise.all(Array.from({ length: 10000 }, () => m[name]({ protocol: 'tcp', count: 2 })))
  const s = floor.cpuTime() - t
  console.log(name, 'sync', s.toFixed(2))
  for (const q of queue) q.resolve ? q.resolve(1) : q()
  queue.length = 0
  await p
}
