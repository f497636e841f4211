import type { ListBoundSockets } from './linux/bound-sockets.js'
import { LinuxSources } from './linux/linux-sources.js'
import { OtherSources } from './other-sources.js'
import type { PortSources } from './port-sources.js'
import { WindowsSources } from './windows/windows-sources.js'

export function sourcesOfThisMachine(listBound: ListBoundSockets | undefined): PortSources {
  const { platform } = process
  if (platform === 'linux') return new LinuxSources('', listBound)
  return platform === 'win32' ? new WindowsSources() : new OtherSources(platform)
}
