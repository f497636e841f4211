import { defineOwnProcessTests } from '@winport/native-suite'
import { koffiBackend } from './koffi-backend.js'

await defineOwnProcessTests(koffiBackend, { terminatedWorkerLeaves: 'its sockets' })
