// One configuration for every package: each runs `rolldown --config ../../rolldown.config.js` in its own folder. It writes the
// JavaScript that is published and tested; tsc writes the declarations beside it.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'

const OUTPUT = 'dist'
/** A program that is started by its path. No other file names it. */
const SECOND_PROCESS = 'dist/machine/second-process-program.js'

const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
const { name, bin = {}, exports, dependencies, optionalDependencies, peerDependencies } = manifest
const doors = Object.values(exports).flatMap(({ default: file }) => file ?? [])
const programs = [...Object.values(bin), ...(name === 'winport' ? [SECOND_PROCESS] : [])]
const packages = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })

export default {
  input: Object.fromEntries([...doors, ...programs].map((file) => [nameOf(file), sourceOf(file)])),
  external: [/^node:/, ...packages.map((dependency) => new RegExp(`^${dependency}(?:/|$)`))],
  platform: 'node',
  transform: { target: 'es2023' },
  onwarn: (warning) => {
    throw new Error(warning.message)
  },
  output: {
    dir: OUTPUT,
    sourcemap: true,
    minifyInternalExports: false,
    comments: { jsdoc: false },
    entryFileNames: '[name].js',
    // What is imported when it is needed keeps the path that it has in src.
    chunkFileNames: ({ name, isDynamicEntry, facadeModuleId }) =>
      isDynamicEntry && facadeModuleId ? `${nameOf(facadeModuleId, 'src')}.js` : `${name}.js`,
    codeSplitting: {
      groups: [
        // Loaded with any of the doors that share something.
        { name: 'shared', tags: ['$initial'], minShareCount: 2 },
        // The front door and the command line open a transport with these.
        { name: 'backends', test: /[\\/]winport[\\/]src[\\/](?:backends|refusal-hint)\.ts$/, minShareCount: 2 },
        // Loaded with any of the commands that share something, and with the help: so it needs no other package.
        { name: 'cli/shared', test: /[\\/]src[\\/]cli[\\/](?!open-for-doctor)|[\\/]usingCtx\.js$/, minShareCount: 2 },
      ],
    },
  },
  plugins: [{ name: 'delete-old-files', writeBundle: (_options, bundle) => deleteOldFiles(Object.keys(bundle)) }],
}

/** dist/cli/main.js: cli/main */
function nameOf(file, folder = OUTPUT) {
  return relative(folder, file)
    .replaceAll('\\', '/')
    .replace(/\.[jt]s$/, '')
}

function sourceOf(file) {
  return `src/${nameOf(file)}.ts`
}

/** An earlier build may have had chunks with other names. They would be published. */
function deleteOldFiles(written) {
  const files = readdirSync(OUTPUT, { recursive: true }).map((file) => file.replaceAll('\\', '/'))
  for (const file of files) if (/\.js(?:\.map)?$/.test(file) && !written.includes(file)) rmSync(join(OUTPUT, file))
}
