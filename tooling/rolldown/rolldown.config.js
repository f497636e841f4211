// One configuration for every package: each runs rolldown with it in its own folder. It writes the JavaScript that is published and
// tested; tsc writes the declarations beside it.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

const OUTPUT = 'dist'
/**
 * The first is a program that is started by its path. The others are imported at once by some files, and by others when they
 * need them. Each is one file, because it is an input and no module awaits at its top level.
 */
const INPUTS_OF_WINPORT = ['machine/second-process-program', 'backends', 'bound-sockets', 'machine/installed-versions']
/** The file of three doors of transport, as dist/conformance/index.js imports it. */
const DOORS = { id: '../doors.js', external: true }
/** They lead to the same file as the name of the package. Node.js looks up each name that a file imports. */
const OTHER_DOORS = ['@winport/transport/backend', '@winport/transport/native']

const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
const { name, bin = {}, exports, dependencies, optionalDependencies, peerDependencies } = manifest
const doors = Object.values(exports).flatMap(({ default: file }) => file ?? [])
const programs = Object.values(bin)
const more = name === 'winport' ? INPUTS_OF_WINPORT.map((file) => `${OUTPUT}/${file}.js`) : []
const packages = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })

export default {
  input: Object.fromEntries([...doors, ...programs, ...more].map((file) => [nameOf(file), sourceOf(file)])),
  external: [/^node:/, ...packages.map((dependency) => new RegExp(`^${dependency}(?:/|$)`))],
  preserveEntrySignatures: 'allow-extension',
  platform: 'node',
  transform: { target: 'es2023' },
  onwarn: (warning) => {
    throw new Error(warning.message)
  },
  output: {
    dir: OUTPUT,
    paths: Object.fromEntries(OTHER_DOORS.map((door) => [door, '@winport/transport'])),
    sourcemap: true,
    minifyInternalExports: false,
    comments: { jsdoc: false },
    entryFileNames: '[name].js',
    // What is imported when it is needed keeps the path that it has in src.
    chunkFileNames: ({ name, isDynamicEntry, facadeModuleId }) =>
      isDynamicEntry && facadeModuleId ? `${nameOf(facadeModuleId, 'src')}.js` : `${name}.js`,
    codeSplitting: {
      groups: [
        // Loaded with any of the commands that share something, and with the help: so it needs no other package.
        { name: 'cli/shared', test: /[\\/]src[\\/]cli[\\/](?!open-for-doctor)|[\\/]usingCtx\.js$/, minShareCount: 2 },
      ],
    },
  },
  plugins: [
    { name: 'import-doors', resolveId: (source, importer) => (isBehindDoors(source, importer) ? DOORS : undefined) },
    { name: 'delete-old-files', writeBundle: (_options, bundle) => deleteOldFiles(Object.keys(bundle)) },
  ],
}

/** The conformance suite takes what it shares with the other doors of its package from their one file. */
function isBehindDoors(source, importer = '') {
  const suite = resolve('src/conformance')
  return importer.startsWith(suite) && source.startsWith('.') && !resolve(dirname(importer), source).startsWith(suite)
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
