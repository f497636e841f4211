export { throwIfAborted } from '../abort-error.js'
export { type BindAttempt, bindBriefly } from '../adoption/brief-bind.js'
export { closeGuard } from '../adoption/close-guard.js'
export { connected } from '../adoption/connected.js'
export { isHostPortFree } from '../adoption/host-port-free.js'
export { type DatagramBindRequest, interceptBind } from '../adoption/intercept-bind.js'
export { type BoundHandle, interceptListen, type ListenRequest } from '../adoption/intercept-listen.js'
export {
  attachHandle,
  bindInto,
  bindUnchecked,
  connectHandle,
  listenOnHandle,
  newDatagramHandle,
  newServerHandle,
  openConnectionHandle,
  openDatagramHandle,
  openInto,
  openServerHandle,
} from '../adoption/node-handle.js'
export { startListening } from '../adoption/start-listening.js'
export {
  type BindMode,
  checkBindOptions,
  checkIoctlArguments,
  checkPortRange,
  checkProtocol,
  checkSocketAddress,
  checkSocketSpec,
  DEFAULT_BIND_MODE,
} from './call-arguments.js'
export { type CallResult, errnoOf, failedWith } from './call-result.js'
export { Chain, type ChainLink } from './chain.js'
export { codeOf } from './code-of.js'
export { isSystemCallError, type SystemCallFailure } from './is-system-call-error.js'
export { messageOf } from './message-of.js'
export { monotonicTime } from './monotonic-time.js'
export { inNextTurn, nextTurn } from './next-turn.js'
export { runtimeName } from './runtime-name.js'
export { untilAborted } from './until-aborted.js'
export { DEFAULT_WORLD, WORLD_ANSWERS, type World } from './world.js'
