import { defineSupportedNodesTests } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

await defineSupportedNodesTests(napiBackend)
