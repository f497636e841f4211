import type { BackendName } from '../backend-names.js'
import { defaultEnvironment, openTransport } from '../backends.js'
import { attempt, type StrangerOrder } from './stranger.js'

// The program of a ProcessStranger: makes the one attempt that its argument describes, and prints the code of the error.
const { transport: name, libraries, trespass }: StrangerOrder = JSON.parse(process.argv[2] ?? '{}')
await using transport = await openTransport({ transport: name as BackendName }, { ...defaultEnvironment, libraries })
const code = await attempt(transport, trespass)
process.stdout.write(JSON.stringify({ code }))
