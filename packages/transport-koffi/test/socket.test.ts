import { defineSocketTests } from '@winport/native-suite'
import { koffiBackend } from './koffi-backend.js'

defineSocketTests(koffiBackend, { startPort: 63_200, count: 200 })
