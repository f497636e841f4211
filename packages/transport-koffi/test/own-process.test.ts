import { defineOwnProcessTests } from '@winport/native-suite'
import { koffiBackend } from './koffi-backend.js'

defineOwnProcessTests(koffiBackend, { startPort: 18_000, count: 2000 }, { terminatedWorkerLeaves: 'its sockets' })
