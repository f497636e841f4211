// Fakes the timers as a test runner does. To be imported before the packages that a program loads later.
import timers from 'node:timers'
import promises from 'node:timers/promises'

const timersOfModule = ['setImmediate', 'setTimeout', 'setInterval']
const never = () => ({ ref() {}, unref() {} })
for (const name of [...timersOfModule, 'queueMicrotask']) globalThis[name] = never
// The default exports are what require('node:timers') and require('node:timers/promises') return.
for (const name of timersOfModule) {
  Object.assign(timers, { [name]: never })
  Object.assign(promises, { [name]: () => new Promise(() => {}) })
}
