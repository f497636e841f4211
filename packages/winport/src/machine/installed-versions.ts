import { createRequire } from 'node:module'
import { dirname } from 'node:path'

const MANIFEST = 'winport/package.json' // the package's own; the path of this file in the package depends on the build

export function winportVersion(): string {
  return versionOf(requireHere()(MANIFEST))
}

/** The absolute path of the package that contains this file. */
export function winportFolder(): string {
  return dirname(requireHere().resolve(MANIFEST))
}

/** The version of an installed package that exports its package.json. null if the package is not installed. */
export function installedVersion(packageName: string): string | null {
  return orNull(() => versionOf(requireHere()(`${packageName}/package.json`)))
}

/** The version of the koffi that the koffi backend uses. null if either is not installed. */
export function koffiVersion(): string | null {
  return orNull(() => versionOf(createRequire(requireHere().resolve('@winport/transport-koffi'))('koffi')))
}

/** Not at module scope: a bundler that writes CommonJS leaves `import.meta.url` undefined. */
function requireHere(): NodeJS.Require {
  return createRequire(import.meta.url)
}

function versionOf({ version }: { readonly version: string }): string {
  return version
}

function orNull<Value>(find: () => Value): Value | null {
  try {
    return find()
  } catch {
    return null
  }
}
