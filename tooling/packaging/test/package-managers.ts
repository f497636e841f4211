/** Where a package manager gets packages, and what it may keep between installs. */
export interface Sources {
  readonly registry: string
  readonly cache: string
}

export interface PackageManager {
  readonly name: string
  /** Files that a project needs. */
  readonly settings: Readonly<Record<string, string>>
  /** The command that adds packages to the project in the current folder. */
  add(packages: readonly string[], options: { readonly optional: boolean }, sources: Sources): readonly string[]
}

export const packageManagers: readonly PackageManager[] = [
  {
    name: 'npm',
    settings: {},
    add: (packages, { optional }, { registry, cache }) => [
      ...['npm', 'install', '--no-audit', '--no-fund', `--registry=${registry}`, `--cache=${cache}`],
      ...(optional ? [] : ['--omit=optional']),
      ...packages,
    ],
  },
  {
    name: 'pnpm',
    // Else pnpm fails, and wants to know whether koffi's install script may run. It need not.
    settings: { 'pnpm-workspace.yaml': 'allowBuilds:\n  koffi: false\n' },
    add: (packages, { optional }, { registry, cache }) => [
      ...['npx', '--yes', 'pnpm@12.21.0', 'add', `--registry=${registry}`],
      ...[`--store-dir=${cache}/store`, `--config.cache-dir=${cache}/cache`],
      ...(optional ? [] : ['--no-optional']),
      ...packages,
    ],
  },
  {
    name: 'yarn',
    settings: {},
    add: (packages, { optional }, { registry, cache }) => [
      ...[
        'npx',
        '--yes',
        'yarn@1.22.22',
        'add',
        '--non-interactive',
        `--registry=${registry}`,
        `--cache-folder=${cache}`,
      ],
      ...(optional ? [] : ['--ignore-optional']),
      ...packages,
    ],
  },
]
