import { createRequire } from 'node:module'

/** The registry of a package manager, and the folder of its cache. */
export interface Sources {
  readonly registry: string
  readonly cache: string
}

export interface PackageManager {
  readonly name: string
  /** The configuration files of a project: names and contents. */
  readonly settings: Readonly<Record<string, string>>
  /** @returns the command that adds packages to the project in the current folder */
  add(packages: readonly string[], options: { readonly optional: boolean }, sources: Sources): readonly string[]
  /** The start of a command that runs a program of an installed package. */
  readonly exec: readonly string[]
}

// npx would need four seconds to start it, each time.
const YARN = [process.execPath, createRequire(import.meta.url).resolve('yarn/bin/yarn.js')]

export const packageManagers: readonly PackageManager[] = [
  {
    name: 'npm',
    settings: {},
    add: (packages, { optional }, { registry, cache }) => [
      ...['npm', 'install', '--no-audit', '--no-fund', `--registry=${registry}`, `--cache=${cache}`],
      ...(optional ? [] : ['--omit=optional']),
      ...packages,
    ],
    exec: ['npx', '--no'],
  },
  {
    name: 'pnpm',
    // Without this setting pnpm fails and asks whether koffi's install script may run. The script is not needed.
    settings: { 'pnpm-workspace.yaml': 'allowBuilds:\n  koffi: false\n' },
    add: (packages, { optional }, { registry, cache }) => [
      ...['pnpm', 'add', `--registry=${registry}`],
      ...[`--store-dir=${cache}/store`, `--config.cache-dir=${cache}/cache`],
      ...(optional ? [] : ['--no-optional']),
      ...packages,
    ],
    exec: ['pnpm', 'exec'],
  },
  {
    name: 'yarn',
    settings: {},
    add: (packages, { optional }, { registry, cache }) => [
      ...[...YARN, 'add', '--non-interactive', `--registry=${registry}`, `--cache-folder=${cache}`],
      ...(optional ? [] : ['--ignore-optional']),
      ...packages,
    ],
    exec: [...YARN, '--silent', 'run'],
  },
]
