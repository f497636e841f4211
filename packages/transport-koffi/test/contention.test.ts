import { defineContentionTests } from '@winport/native-suite'
import { koffiBackend } from './koffi-backend.js'

await defineContentionTests(koffiBackend)
