import { defineOwnProcessTests } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

defineOwnProcessTests(napiBackend, { startPort: 24_400, count: 2000 }, { terminatedWorkerLeaves: 'nothing' })
