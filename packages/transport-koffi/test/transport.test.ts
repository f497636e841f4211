import { defineTransportTests } from '@winport/native-suite'
import { koffiBackend } from './koffi-backend.js'

await defineTransportTests(koffiBackend)
