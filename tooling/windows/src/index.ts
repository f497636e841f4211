export { arm64OrExplain } from './arm64.js'
export { cacheDirectory } from './cache-directory.js'
export { chromiumOrExplain, installChromium } from './chromium.js'
export { clangOrExplain } from './clang.js'
export { type DeploymentOptions, deployForWindows } from './deploy-for-windows.js'
export { withDirectoryLock } from './directory-lock.js'
export { leaseFixedPorts, leasePorts } from './lease-ports.js'
export { muslOrExplain } from './musl.js'
export { prepareWindows, type RealWindows, type Windows, type Wine } from './prepare-windows.js'
export { runOnWindows } from './run-on-windows.js'
export { startOnWindows, type WindowsProgram } from './start-on-windows.js'
export { type NodeVersion, supportedNodes, supportedNodesOrExplain } from './supported-nodes.js'
export { FIXED_PORTS, LEASABLE_PORTS, type TestPorts } from './test-ports.js'
export { ToolUnavailableError } from './tool-unavailable-error.js'
export { installValgrind, valgrindOrExplain } from './valgrind.js'
export { orWithoutWindows, windowsOrExplain } from './windows-or-explain.js'
export { windowsPath } from './windows-path.js'
export { WindowsProcess, type WindowsResult } from './windows-process.js'
export { installWindowsTools, type WindowsTools } from './windows-tools.js'
export { WindowsUnavailableError } from './windows-unavailable-error.js'
export {
  chosenVariant,
  matrixVariants,
  WINDOWS_VARIANTS,
  type WindowsArchitecture,
  type WindowsVariant,
} from './windows-variants.js'
