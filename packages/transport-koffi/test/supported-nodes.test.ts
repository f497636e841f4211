import { defineSupportedNodesTests } from '@winport/native-suite'
import { koffiBackend } from './koffi-backend.js'

await defineSupportedNodesTests(koffiBackend)
