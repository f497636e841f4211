import { answerParent } from '@winport/transport/conformance'
import type { BackendName } from '../backend-names.js'

// The program of a second process: makes the calls that its parent asks for, over its own transport.
const { defaultEnvironment, openTransport } = await import('../backends.js')
const [name, libraries = 'null'] = process.argv.slice(2)
answerParent(
  await openTransport(
    { transport: name as BackendName },
    { ...defaultEnvironment, libraries: JSON.parse(libraries) ?? undefined },
  ),
)
