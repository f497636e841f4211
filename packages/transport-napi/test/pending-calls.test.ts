import { definePendingCallTests } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

definePendingCallTests(napiBackend, { startPort: 50_000, count: 1800 })
