import { defineWindowsTests } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

await defineWindowsTests(
  napiBackend,
  { startPort: 47_100, count: 2048 },
  { refusedUpcalls: [1, 3, 9] }, // sockets that are not the system's
)
