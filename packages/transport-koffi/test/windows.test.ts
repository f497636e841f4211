import { defineWindowsTests } from '@winport/native-suite'
import { koffiBackend } from './koffi-backend.js'

await defineWindowsTests(
  koffiBackend,
  { refusedUpcalls: [1, 3, 9, 10, 13, 14] }, // for handles that are not system handles, and for other threads
)
