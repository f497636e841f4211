import { defineSocketTests } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

defineSocketTests(napiBackend, { startPort: 52_200, count: 200 })
