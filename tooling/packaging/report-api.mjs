// Reports the public types of every package, in its api/<door>.api.md for each of its doors. Fails if a report differs from the one
// that is checked in, so that a review sees what changes in the public API. `--update` writes the reports instead.
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'

const ROOT = join(import.meta.dirname, '../..')

// As a user's strict project has them.
const compilerOptions = { target: 'es2023', module: 'nodenext', lib: ['esnext'], types: ['node'], strict: true }
const silent = { logLevel: ExtractorLogLevel.None }
const inReport = { logLevel: ExtractorLogLevel.Warning, addToApiReportFile: true }

const isUpdate = process.argv.includes('--update')
const configs = packageFolders().flatMap((folder) => configsOf(folder))
const [first, ...others] = configs
const additionalEntryPoints = others.map(({ mainEntryPointFilePath }) => mainEntryPointFilePath)
const compilerState = CompilerState.create(first, { additionalEntryPoints })

const changed = configs.filter((config) => report(config))
if (changed.length > 0 && !isUpdate) {
  const names = changed.map(({ reportFilePath }) => relative(ROOT, reportFilePath)).join(', ')
  console.error(`The public types differ from ${names}. Run \`pnpm api\`, and check in what it writes.`)
  process.exitCode = 1
}

/** @returns whether the report differs from the one that is checked in */
function report(config) {
  const { apiReportChanged } = Extractor.invoke(config, {
    compilerState,
    localBuild: isUpdate,
    messageCallback: (message) => {
      if (message.logLevel !== ExtractorLogLevel.Error) message.handled = true // the reports say the same
    },
  })
  return apiReportChanged
}

function packageFolders() {
  const manifests = readdirSync(join(ROOT, 'packages')).map((name) => join(ROOT, 'packages', name, 'package.json'))
  return manifests.filter((manifest) => existsSync(manifest)).map((manifest) => dirname(manifest))
}

function configsOf(folder) {
  const { name, exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  mkdirSync(join(folder, 'api'), { recursive: true })
  return Object.entries(exports).flatMap(([door, { types }]) => {
    return types === undefined ? [] : [configOf(folder, basename(door === '.' ? name : door), types)]
  })
}

function configOf(folder, reportFileName, types) {
  return ExtractorConfig.prepare({
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: join(folder, types),
      compiler: { overrideTsconfig: { compilerOptions, files: [types] } },
      newlineKind: 'lf',
      apiReport: {
        enabled: true,
        reportFileName,
        reportFolder: join(folder, 'api'),
        reportTempFolder: join(folder, 'reports/api'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: inReport },
        extractorMessageReporting: {
          default: inReport,
          'ae-missing-release-tag': silent,
          'ae-undocumented': silent,
          'ae-unresolved-link': silent, // it does not know `{@link method}`
        },
        tsdocMessageReporting: { default: silent },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, 'package.json'),
  })
}
