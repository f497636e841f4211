import { answerParent } from '@winport/transport/conformance'
import type { BackendName } from '../backend-names.js'
import { defaultEnvironment, openTransport } from '../backends.js'

// The program of a second process: makes the calls that its parent asks for, over its own transport.
const [name, libraries = 'null'] = process.argv.slice(2)
const environment = { ...defaultEnvironment, libraries: JSON.parse(libraries) ?? undefined }
void openTransport({ transport: name as BackendName }, environment).then(answerParent)
