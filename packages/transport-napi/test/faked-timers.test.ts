import { defineFakedTimersTests } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

await defineFakedTimersTests(napiBackend)
