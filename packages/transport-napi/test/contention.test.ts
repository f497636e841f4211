import { defineContentionTests } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

await defineContentionTests(napiBackend)
