import { defineTransportTests } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

defineTransportTests(napiBackend, { startPort: 52_000, count: 100 })
