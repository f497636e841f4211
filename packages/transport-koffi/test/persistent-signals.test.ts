import { definePersistentSignalTests } from '@winport/native-suite'
import { koffiBackend } from './koffi-backend.js'

await definePersistentSignalTests(koffiBackend)
