import { definePersistentSignalTests } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

definePersistentSignalTests(napiBackend, { startPort: 11_300, count: 100 })
