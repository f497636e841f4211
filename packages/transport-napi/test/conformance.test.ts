import { defineConformanceOnSimulator } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

defineConformanceOnSimulator(napiBackend, { startPort: 5_100, count: 1880 })
