import { defineConformanceOnSimulator, throughWSPIoctl } from '@winport/native-suite'
import { koffiBackend } from './koffi-backend.js'

defineConformanceOnSimulator(throughWSPIoctl(koffiBackend), { startPort: 9_000, count: 1900 })
