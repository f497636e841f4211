import { defineAdoptionTests } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

defineAdoptionTests(napiBackend, { startPort: 28_400, count: 200 })
