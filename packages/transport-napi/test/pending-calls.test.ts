import { definePendingCallTests } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

await definePendingCallTests(napiBackend)
