import { defineConformanceOnSimulator } from '@winport/native-suite'
import { koffiBackend } from './koffi-backend.js'

await defineConformanceOnSimulator(koffiBackend)
