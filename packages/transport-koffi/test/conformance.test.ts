import { defineConformanceOnSimulator } from '@winport/native-suite'
import { koffiBackend } from './koffi-backend.js'

defineConformanceOnSimulator(koffiBackend, { startPort: 61_000, count: 2048 })
