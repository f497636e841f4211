import { defineAdoptionTests } from '@winport/native-suite'
import { koffiBackend } from './koffi-backend.js'

defineAdoptionTests(koffiBackend, { startPort: 63_400, count: 200 })
