import { definePendingCallTests } from '@winport/native-suite'
import { koffiBackend } from './koffi-backend.js'

await definePendingCallTests(koffiBackend)
