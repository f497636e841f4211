import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Manifest } from './packed-packages.js'

/** An importable path of a package. */
export interface EntryPoint {
  readonly specifier: string
  /** The path of its type declarations in node_modules. */
  readonly types: string
}

export function entryPointsOf({ name, exports }: Manifest): readonly EntryPoint[] {
  return Object.entries(exports).flatMap(([path, target]) =>
    typeof target === 'string' ? [] : [{ specifier: `${name}${path.slice(1)}`, types: `${name}/${target.types}` }],
  )
}

/** @returns the source of a module that re-exports everything that an entry point exports, including types */
export function nameEveryExport({ specifier, types }: EntryPoint, nodeModules: string): string {
  const declarations = readFileSync(join(nodeModules, types), 'utf8')
  const lists = [...declarations.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list = '']) =>
    list.split(','),
  )
  const own = [
    ...declarations.matchAll(/^export (?:declare )?(?:abstract )?(?:class|const|function|interface|type) (\w+)/gm),
  ]
  const names = [...lists.map((item) => item.trim().replace(/^type /, '')), ...own.map(([, name = '']) => name)]
  return `export type { ${names.filter((name) => name !== '').join(', ')} } from '${specifier}'\n`
}
