import { definePendingCallTests } from '@winport/native-suite'
import { koffiBackend } from './koffi-backend.js'

definePendingCallTests(koffiBackend, { startPort: 63_600, count: 1800 })
