import { defineConformanceOnSimulator, throughWSPIoctl } from '@winport/native-suite'
import { koffiBackend } from './koffi-backend.js'

await defineConformanceOnSimulator(throughWSPIoctl(koffiBackend))
