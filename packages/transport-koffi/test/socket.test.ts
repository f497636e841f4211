import { defineSocketTests } from '@winport/native-suite'
import { koffiBackend } from './koffi-backend.js'

await defineSocketTests(koffiBackend)
