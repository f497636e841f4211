import { defineSocketTests } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

defineSocketTests(napiBackend, { startPort: 28_200, count: 200 })
