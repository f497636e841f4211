import { defineConformanceOnSimulator } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

await defineConformanceOnSimulator(napiBackend)
