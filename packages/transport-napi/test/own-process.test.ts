import { defineOwnProcessTests } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

await defineOwnProcessTests(napiBackend, { terminatedWorkerLeaves: 'nothing' })
