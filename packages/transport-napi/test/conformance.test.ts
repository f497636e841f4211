import { defineConformanceOnSimulator } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

defineConformanceOnSimulator(napiBackend, { startPort: 57_000, count: 2048 })
