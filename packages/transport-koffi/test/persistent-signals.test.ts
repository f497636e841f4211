import { definePersistentSignalTests } from '@winport/native-suite'
import { koffiBackend } from './koffi-backend.js'

definePersistentSignalTests(koffiBackend, { startPort: 11_200, count: 100 })
