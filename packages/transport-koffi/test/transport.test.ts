import { defineTransportTests } from '@winport/native-suite'
import { koffiBackend } from './koffi-backend.js'

defineTransportTests(koffiBackend, { startPort: 63_100, count: 100 })
