import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers'
import promises from 'node:timers/promises'

// Fakes every timer that a test can fake, as fake timers do whose clock never ticks. To be loaded with --import.

const names = ['setTimeout', 'setInterval', 'setImmediate'] as const
const never = () => ({ ref() {}, unref() {} })
for (const name of names) {
  Object.assign(globalThis, { [name]: never })
  Object.assign(timers, { [name]: never })
  Object.assign(promises, { [name]: () => new Promise(() => {}) })
}
Object.assign(globalThis, { MessageChannel: undefined })
Object.assign(AbortSignal, { timeout: () => new AbortController().signal })
syncBuiltinESMExports()
