import { createRequire } from 'node:module'

const require: NodeJS.Require = createRequire(import.meta.url)

export function winportVersion(): string {
  return versionOf(require('../../package.json'))
}

/** The version of an installed package that exports its package.json; null where it is not to be found from here. */
export function installedVersion(packageName: string): string | null {
  return orNull(() => versionOf(require(`${packageName}/package.json`)))
}

/** The version of the koffi that the koffi backend uses. */
export function koffiVersion(): string | null {
  return orNull(() => versionOf(createRequire(require.resolve('@winport/transport-koffi'))('koffi')))
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
