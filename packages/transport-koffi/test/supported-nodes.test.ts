import { defineSupportedNodesTests } from '@winport/native-suite'
import { koffiBackend } from './koffi-backend.js'

await defineSupportedNodesTests(koffiBackend, { startPort: 36_000, count: 2048 })
