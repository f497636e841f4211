export { DEFAULT_WORLD, WORLD_ANSWERS, type World } from '@winport/transport/backend'
export type { FaultOptions, FaultPlan, HeldMockCall, MockCall } from './fault-plan.js'
export type {
  KernelSnapshot,
  MockSocketState,
  ProcessSnapshot,
  ReservationSnapshot,
  SocketSnapshot,
} from './kernel-snapshot.js'
export { MockKernel, type MockKernelOptions, type OpenTransportOptions } from './mock-kernel.js'
export type { MockTransport } from './mock-transport.js'
export type { DynamicRange } from './port-pool.js'
