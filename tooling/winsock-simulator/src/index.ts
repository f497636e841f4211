export { acquire, acquireAsync, encodeRange, encodeToken, openBound } from './control-calls.js'
export { failureOf } from './failure-of.js'
export { SimulatedProcess } from './simulated-process.js'
export {
  bareFeatures,
  type NativeBackend,
  simulatorFeatures,
  simulatorTarget,
} from './simulator-target.js'
export {
  SIO_NOTHING,
  SimulatedCall,
  type SimulatorCounts,
  simulatorDllPath,
  simulatorLibraries,
  simulatorPath,
  UNTIL_RELEASED,
  WinsockSimulator,
} from './winsock-simulator.js'
