import { definePersistentSignalTests } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

await definePersistentSignalTests(napiBackend)
