import { defineTransportTests } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

defineTransportTests(napiBackend, { startPort: 28_600, count: 100 })
