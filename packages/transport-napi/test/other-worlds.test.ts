import { defineOtherWorldsTests } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

await defineOtherWorldsTests(napiBackend)
