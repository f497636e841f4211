import { defineAdoptionTests } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

await defineAdoptionTests(napiBackend)
