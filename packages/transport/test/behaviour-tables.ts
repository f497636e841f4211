import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { conformanceTests } from '../src/conformance/index.js'

/** What is wrong with a cell's words, for the three columns that have a fixed vocabulary. */
const VOCABULARY: Readonly<Record<string, readonly string[]>> = {
  'Shown by': ['mock', 'koffi', 'napi', 'simulator', 'tables'],
  Through: ['WSAIoctl', 'WSPIoctl', 'IP Helper', 'no control call'],
  Known: ['documented', 'observed', 'assumed', 'contract'],
}

export interface Row {
  /** The heading that the row's table stands under. */
  readonly table: string
  /** By column. */
  readonly cells: Readonly<Record<string, string>>
}

/** The rows of every table of a Markdown document. */
export function readTables(markdown: string): readonly Row[] {
  const rows: Row[] = []
  let table = ''
  let columns: readonly string[] = []
  for (const line of markdown.split('\n')) {
    if (line.startsWith('#')) table = line.replace(/^#+ /, '')
    if (!line.startsWith('|')) {
      columns = []
      continue
    }
    const texts = line.split('|').slice(1, -1)
    const trimmed = texts.map((text) => text.trim())
    if (columns.length === 0) columns = trimmed
    else if (!trimmed.every((text) => /^-+$/.test(text))) {
      const width = Math.max(columns.length, trimmed.length)
      const named = Array.from({ length: width }, (_, i) => [columns[i] ?? `column ${i}`, trimmed[i] ?? ''])
      rows.push({ table, cells: Object.fromEntries(named) })
    }
  }
  return rows
}

/** What the tables of behaviours say that is not so. Links are relative to `directory`. */
export function problemsOf(markdown: string, directory: string): readonly string[] {
  const problems: string[] = []
  const cited = new Set<string>()
  for (const { table, cells } of readTables(markdown)) {
    const complain = (what: string) => problems.push(`${table}: ${Object.values(cells)[0]}: ${what}`)
    for (const [column, text] of Object.entries(cells)) {
      if (text === '') complain(`'${column}' is empty`)
      const known = VOCABULARY[column]
      if (known === undefined) continue
      for (const word of wordsOf(text)) if (!known.includes(word)) complain(`'${word}' is no word of '${column}'`)
    }
    const tests = (cells['Tests'] ?? '').split('<br>').map((citation) => resolve(citation, directory))
    for (const test of tests) {
      if (typeof test === 'string') complain(test)
      else if ('name' in test) cited.add(test.name)
    }
    for (const what of unfounded(cells, tests)) complain(what)
    if (table === 'By number') {
      const [number] = Object.values(cells)
      const all = conformanceTests.filter(({ behaviour }) => String(behaviour) === number).map(nameOf)
      const named = new Set(tests.flatMap((test) => (typeof test !== 'string' && 'name' in test ? [test.name] : [])))
      if (all.length === 0) complain('no test has this number')
      for (const name of all) if (!named.has(name)) complain(`${name} is not named`)
      for (const name of named) if (!all.includes(name)) complain(`${name} has another number`)
    }
  }
  for (const name of conformanceTests.map(nameOf)) if (!cited.has(name)) problems.push(`no row names ${name}`)
  return problems
}

type Citation = { readonly name: string; readonly source: string } | { readonly path: string } | string

/** The test that is meant, or what is wrong. */
function resolve(citation: string, directory: string): Citation {
  const [, number, title] = /^`(\w+)` (.+)$/.exec(citation) ?? []
  if (number !== undefined) {
    const test = conformanceTests.find((candidate) => nameOf(candidate) === `${number} ${title}`)
    return test === undefined
      ? `the suite has no test '${number} ${title}'`
      : { name: nameOf(test), source: test.source }
  }
  const [, label, path, named] = /^\[(.+?)\]\((.+?)\) (.+)$/.exec(citation) ?? []
  if (label === undefined || path === undefined || named === undefined) return `'${citation}' names no test`
  const file = join(directory, path)
  if (!existsSync(file)) return `there is no ${path}`
  if (label !== basename(path)) return `${path} is called ${label}`
  const text = readFileSync(file, 'utf8')
  const defined = [`'${named}'`, `"${named}"`, `\`${named}\``].some((quoted) => text.includes(quoted))
  return defined ? { path } : `${path} has no test '${named}'`
}

/** What a row claims that none of its tests can show. */
function unfounded(cells: Row['cells'], tests: readonly Citation[]): readonly string[] {
  const sources = tests.flatMap((test) => (typeof test !== 'string' && 'name' in test ? [test.source] : []))
  const paths = tests.flatMap((test) => (typeof test !== 'string' && 'path' in test ? [test.path] : []))
  const problems: string[] = []
  for (const source of wordsOf(cells['Known'] ?? '')) {
    if (sources.length > 0 && paths.length === 0 && !sources.includes(source)) problems.push(`no test is '${source}'`)
  }
  for (const who of wordsOf(cells['Shown by'] ?? '')) {
    const shows =
      who === 'simulator'
        ? paths.some((path) => path.includes('/winsock-simulator/'))
        : who === 'tables'
          ? paths.some((path) => path.includes('/definitions/'))
          : sources.length > 0
    if (!shows) problems.push(`none of its tests is shown by ${who}`)
  }
  return problems
}

function wordsOf(text: string): readonly string[] {
  return text.replace(/ †$/, '').split(', ')
}

function nameOf({ behaviour, title }: (typeof conformanceTests)[number]): string {
  return `${behaviour} ${title}`
}
