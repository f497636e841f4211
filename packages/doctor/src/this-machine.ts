import { LinuxSources } from './linux/linux-sources.js'
import { OtherSources } from './other-sources.js'
import type { PortSources } from './port-sources.js'
import { WindowsSources } from './windows/windows-sources.js'

export function sourcesOfThisMachine(): PortSources {
  const { platform } = process
  if (platform === 'linux') return new LinuxSources()
  return platform === 'win32' ? new WindowsSources() : new OtherSources(platform)
}
