import { defineWindowsTests } from '@winport/native-suite'
import { koffiBackend } from './koffi-backend.js'

await defineWindowsTests(koffiBackend, { startPort: 45_000, count: 2048 })
