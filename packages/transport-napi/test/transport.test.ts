import { defineTransportTests } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

await defineTransportTests(napiBackend)
