// Loads the turns of the event loop while everything that fake timers replace is replaced; or ends while work is planned.
import { createRequire } from 'node:module'

const [what, how] = process.argv.slice(2)

if (what === 'fake') {
  const never = () => ({ ref() {}, unref() {} })
  const names = ['setImmediate', 'setTimeout', 'setInterval', 'queueMicrotask']
  if (how === 'missing') for (const name of [...names, 'MessageChannel']) Reflect.deleteProperty(globalThis, name)
  else for (const name of names) Reflect.set(globalThis, name, never)
  if (how === 'page') {
    class MessageChannelOfPage {
      port1 = new EventTarget()
      port2 = new EventTarget()
    }
    Reflect.set(globalThis, 'MessageChannel', MessageChannelOfPage)
  }
  if (how === 'modules') {
    const require = createRequire(import.meta.url)
    for (const name of ['setImmediate', 'setTimeout', 'setInterval']) require('node:timers')[name] = never
    for (const name of ['setImmediate', 'setTimeout'])
      require('node:timers/promises')[name] = () => new Promise(() => {})
  }
  globalThis.performance.now = () => 0
  Reflect.set(
    process,
    'hrtime',
    Object.assign(() => [0, 0], { bigint: () => 0n }),
  )
  process.nextTick = never
}

const { inNextTurn, monotonicTime, nextTurn } = await import('@winport/transport/backend')

if (what === 'fake') {
  await nextTurn()
  process.stdout.write('turn\n')
  inNextTurn(() => process.stdout.write('work\n'))
  await nextTurn()
  const began = monotonicTime()
  while (monotonicTime() === began) await nextTurn()
  process.stdout.write('clock\n')
} else {
  await nextTurn()
  process.stdout.write('waited\n')
  const planAgain = () => inNextTurn(planAgain)
  planAgain()
}
