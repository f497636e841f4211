// Waits for an interruption, then runs a release that never ends.
import { Interruption } from '../../dist/cli/interruption.js'

const interruption = new Interruption()
console.error('Held.')
await interruption.happened
console.error('Releasing.')
setInterval(() => {}, 1000)
