import { defineSocketTableTests } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

await defineSocketTableTests(napiBackend)
