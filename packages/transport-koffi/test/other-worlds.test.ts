import { defineOtherWorldsTests } from '@winport/native-suite'
import { koffiBackend } from './koffi-backend.js'

await defineOtherWorldsTests(koffiBackend)
