import type { PortSpan } from './port-span.js'

/** WSL's mirrored networking takes a block of this size (microsoft/WSL 40169, 12228). */
const WSL_MIRRORED_PORTS = 4_096

/** For whom Windows' kernel has probably reserved the range. */
export function kernelTenant({ startPort, endPort }: PortSpan): string {
  return endPort - startPort + 1 === WSL_MIRRORED_PORTS ? "WSL's mirrored networking" : 'WinNAT (Hyper-V, WSL, Docker)'
}
