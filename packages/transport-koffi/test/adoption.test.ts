import { defineAdoptionTests } from '@winport/native-suite'
import { koffiBackend } from './koffi-backend.js'

await defineAdoptionTests(koffiBackend)
