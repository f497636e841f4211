import { defineConformanceOnSimulator, throughWSPIoctl } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

defineConformanceOnSimulator(throughWSPIoctl(napiBackend), { startPort: 7_000, count: 1900 })
