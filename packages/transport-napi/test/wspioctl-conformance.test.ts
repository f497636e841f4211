import { defineConformanceOnSimulator, throughWSPIoctl } from '@winport/native-suite'
import { napiBackend } from './napi-backend.js'

await defineConformanceOnSimulator(throughWSPIoctl(napiBackend))
