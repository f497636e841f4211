import { floor } from './floor.js'
let turn
class Call { constructor(m, request, at) { this.m = m; this.protocol = request.protocol; this.count = request.count; this.places = request.places; this.within = undefined; this.exclude = undefined; this.signal = undefined; this.at = at } make() { return this } }
const P = ['anywhere']
function check(options) {
    if (typeof options !== 'object' || options === null) throw new TypeError()
    const { protocol, count, startPort = 0, signal } = options
    if (typeof protocol !== 'string' || typeof count !== 'number') throw new TypeError()
    return { protocol, count, places: P, within: undefined, exclude: undefined, signal}
}
let calls = [], at = 0
const next = () => calls[at++].make()
class M {
  do(protocol, start, request, at) { return request }
  closure(options) {
    const request = check(options)
    const { protocol } = request
    const start = 0, at = undefined
    return turn.then(() => this.do(protocol, start, request, at))
  }
  shared(options) {
    if (typeof options !== 'object' || options === null) throw new TypeError()
    const { protocol, count, startPort = 0, signal } = options
    if (typeof protocol !== 'string' || typeof count !== 'number') throw new TypeError()
    calls.push(new Call(this, {protocol, count, places: P}, undefined))
    return turn.then(next)
  }
  none() { return turn.then(next) }
}
const m = new M()
const name = process.argv[2]
const r = []
for (let i = 0; i < 3; i++) {
  globalThis.gc?.()
  turn = new Promise((r) => setImmediate(r))
  await turn
  turn = new Promise((r) => setImmediate(r))
  calls = []; at = 0
  if (name === 'none') calls = Array.from({ length: 10000 }, () => ({ make() { } }))
  let t = floor.cpuTime()
  const c = Array.from({ length: 10000 }, () => m[name]({ protocol: 'tcp', count: 2 }))
  const s = floor.cpuTime() - t
  const p = Promise.all(c)
  const s2 = floor.cpuTime() - t - s
  r.push(s.toFixed(1) + '+' + s2.toFixed(1))
  await p
}
console.log(name, r.join('  '))
