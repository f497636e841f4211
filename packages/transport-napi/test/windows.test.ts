import { defineWindowsTests } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

await defineWindowsTests(
  napiBackend,
  { refusedUpcalls: [1, 3, 9] }, // for handles that are not system handles
)
