import { defineSocketTableTests } from '@winport/native-suite'
import { koffiBackend } from './koffi-backend.js'

await defineSocketTableTests(koffiBackend)
