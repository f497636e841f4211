import { answerParent } from '@winport/transport/conformance'
import { here, openTransport } from './backends.js'
import type { BackendName } from './open-reservation-manager.js'

// The second process of `winport probe`: makes the calls that it is told to make, over a transport of its own.
const [name, libraries = 'null'] = process.argv.slice(2)
answerParent(
  await openTransport({ transport: name as BackendName }, { ...here, libraries: JSON.parse(libraries) ?? undefined }),
)
