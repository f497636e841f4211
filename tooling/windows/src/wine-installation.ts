import { debianRoot, inDebianRoot } from './debian-root.js'
import { installWindowsTools } from './windows-tools.js'
import type { WindowsArchitecture, WindowsVariant } from './windows-variants.js'

/** A Wine, without a prefix. */
export interface WineInstallation {
  /** The name of its variant of Windows. */
  readonly name: string
  readonly arch: WindowsArchitecture
  /** The start of each command, which runs the rest where this Wine is installed. */
  readonly enter: readonly string[]
  /** The command `wine`. */
  readonly wine: string
  /** The name of its prefix in the cache. */
  readonly prefixName: string
}

/** Installs the Wine of a variant if possible and necessary. */
export async function wineInstallation({ name, arch, debian }: WindowsVariant): Promise<WineInstallation> {
  const { wine } = await installWindowsTools(arch)
  if (debian === undefined) return { name, arch, enter: [], wine, prefixName: 'wine-prefix' }
  const root = await debianRoot(debian)
  const prefixName = `wine-prefix-${debian.release}-${debian.arch}`
  return { name, arch, enter: inDebianRoot(root), wine: 'wine', prefixName }
}
