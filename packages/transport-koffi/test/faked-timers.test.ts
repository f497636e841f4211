import { defineFakedTimersTests } from '@winport/native-suite'
import { koffiBackend } from './koffi-backend.js'

await defineFakedTimersTests(koffiBackend)
