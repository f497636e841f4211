export { runProgram } from './run-program.js'
export {
  acquire,
  acquireBuffers,
  counts,
  openTransport,
  pendingCount,
  releasePending,
  setLatency,
} from './simulator-calls.js'
