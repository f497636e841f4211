import { defineSocketTests } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

await defineSocketTests(napiBackend)
