import { openChannel } from '../backend/open-channel.js'

/**
 * Resolves after the given time, and keeps the event loop alive until then. Fake timers do not affect it. They replace the
 * functions of node:timers and node:timers/promises too, and a module that is loaded afterwards has only those.
 */
export async function delay(milliseconds: number): Promise<void> {
  // A wait for a change that never comes ends at its time limit. An open port keeps the event loop alive, a wait does not.
  const { port1 } = openChannel()
  port1.ref()
  await Atomics.waitAsync(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds).value
  port1.close()
}
