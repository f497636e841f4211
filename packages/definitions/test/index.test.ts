import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import tsconfig from '../tsconfig.json' with { type: 'json' }

const source = new URL('../src/', import.meta.url)

describe('the package', () => {
  it('depends on no package and no Node module', () => {
    expect(manifest).not.toHaveProperty('dependencies')
    expect(tsconfig.compilerOptions.types).toEqual([])
    for (const file of readdirSync(source)) {
      const text = readFileSync(new URL(file, source), 'utf8')
      const imported = [...text.matchAll(/(?:\bfrom|\bimport\(?)\s*'([^']+)'/g)].map((match) => match[1])
      for (const specifier of imported) expect(specifier, file).toMatch(/^\.\/[\w-]+\.js$/)
    }
  })

  it('has an index that only re-exports', () => {
    const text = readFileSync(new URL('index.ts', source), 'utf8')
    expect(text.replace(/export (?:type )?\{[^}]*\} from '[^']+'/g, '').trim()).toBe('')
  })
})
