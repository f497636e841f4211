import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import webpack from 'webpack'

export interface Bundler {
  readonly name: string
  /** Bundles a program into a folder. koffi stays external, as its documentation demands. @returns the path of the bundle */
  bundle(program: string, folder: string): Promise<string>
}

export const bundlers: readonly Bundler[] = [
  {
    name: 'esbuild, ESM',
    bundle: async (program, folder) => await runEsbuild(program, join(folder, 'bundle.mjs'), 'esm'),
  },
  {
    name: 'esbuild, CommonJS',
    bundle: async (program, folder) => await runEsbuild(program, join(folder, 'bundle.cjs'), 'cjs'),
  },
  {
    name: 'webpack',
    bundle: async (program, folder) => {
      const failures = await runWebpack({
        mode: 'production',
        target: 'node20',
        context: dirname(program),
        entry: program,
        externals: { koffi: 'commonjs koffi' },
        optimization: { minimize: false },
        output: { path: folder, filename: 'bundle.cjs' },
      })
      if (failures !== '') throw new Error(failures)
      return join(folder, 'bundle.cjs')
    },
  },
  {
    name: 'ncc',
    bundle: async (program, folder) => {
      const ncc = createRequire(import.meta.url).resolve('@vercel/ncc/dist/ncc/cli.js')
      const args = [ncc, 'build', program, '--out', folder, '--external', 'koffi', '--no-cache']
      await promisify(execFile)(process.execPath, args, { cwd: dirname(program) })
      return join(folder, 'index.js')
    },
  },
]

/** Bundles a program into one file. koffi stays external. @returns the path of the bundle */
export async function runEsbuild(program: string, outfile: string, format: 'esm' | 'cjs'): Promise<string> {
  await build({
    ...{ entryPoints: [program], outfile, format, bundle: true, platform: 'node', target: 'node20' },
    ...{ external: ['koffi'], logLevel: 'silent' },
  })
  return outfile
}

/** @returns the errors, or an empty string */
async function runWebpack(configuration: webpack.Configuration): Promise<string> {
  return await new Promise((resolve, reject) => {
    webpack(configuration, (error, stats) => {
      if (error !== null) reject(error)
      else resolve(stats?.hasErrors() ? stats.toString({ all: false, errors: true }) : '')
    })
  })
}
