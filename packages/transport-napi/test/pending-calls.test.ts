import { definePendingCallTests } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

definePendingCallTests(napiBackend, { startPort: 26_400, count: 1800 })
