// Holds something until it is interrupted, and then takes for ever to let go of it.
import { Interruption } from '../../dist/cli/interruption.js'

const interruption = new Interruption()
console.error('Held.')
await interruption.happened
console.error('Releasing.')
setInterval(() => {}, 1000)
