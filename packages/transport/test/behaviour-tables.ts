import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { WORLD_ANSWERS } from '../src/backend/index.js'
import { conformanceTests, UNSETTLED_POINTS, type UnsettledPoint } from '../src/conformance/index.js'

const SOURCES: ReadonlySet<string> = new Set([
  'documented',
  'header',
  'observed',
  'supported',
  'assumed',
  'unsettled',
  'contract',
])

/** Repeats the cell above. */
const DITTO = '″'

export interface Row {
  /** The headings of level 2 and 3 that the row's table stands under. */
  readonly section: string
  readonly heading: string
  /** By column. */
  readonly cells: Readonly<Record<string, string>>
}

export interface BehaviourDocument {
  readonly rows: readonly Row[]
  /** The items of lists under a heading of level 3. */
  readonly items: readonly { readonly section: string; readonly heading: string; readonly text: string }[]
  /** The targets of reference links, by label. */
  readonly links: ReadonlyMap<string, string>
}

export function readBehaviours(markdown: string): BehaviourDocument {
  const rows: Row[] = []
  const items: { section: string; heading: string; text: string }[] = []
  const links = new Map<string, string>()
  let section = ''
  let heading = ''
  let columns: readonly string[] = []
  let above: readonly string[] = []
  for (const line of markdown.split('\n')) {
    const [, level = '', title = ''] = /^(#+) (.+)$/.exec(line) ?? []
    if (level === '##') section = title
    if (level !== '') heading = title
    const [, label, target] = /^\[(.+?)\]: (.+)$/.exec(line) ?? []
    if (label !== undefined && target !== undefined) links.set(label, target)
    if (line.startsWith('- ')) items.push({ section, heading, text: line.slice(2) })
    if (!line.startsWith('|')) {
      columns = []
      continue
    }
    const texts = line
      .split('|')
      .slice(1, -1)
      .map((text) => text.trim())
    if (columns.length === 0) {
      columns = texts
      continue
    }
    if (texts.every((text) => /^-+$/.test(text))) continue
    const width = Math.max(columns.length, texts.length)
    above = Array.from({ length: width }, (_, i) => (texts[i] === DITTO ? (above[i] ?? '') : (texts[i] ?? '')))
    const named = above.map((text, i) => [columns[i] ?? `column ${i}`, text])
    rows.push({ section, heading, cells: Object.fromEntries(named) })
  }
  return { rows, items, links }
}

/** What the document says that is not so. Links are relative to `directory`. */
export function problemsOf(markdown: string, directory: string): readonly string[] {
  const document = readBehaviours(markdown)
  return [
    ...document.rows.flatMap((row) => rowProblems(row, document.links, directory)),
    ...listProblems(document),
    ...worldProblems(document),
    ...longLines(markdown),
  ]
}

function rowProblems({ heading, cells }: Row, links: BehaviourDocument['links'], directory: string): readonly string[] {
  const problems: string[] = []
  const complain = (what: string) => problems.push(`${heading}: ${Object.values(cells)[0]}: ${what}`)
  for (const [column, text] of Object.entries(cells)) if (text === '') complain(`'${column}' is empty`)
  const source = cells['Source']?.replace(/ †$/, '')
  if (source !== undefined && source !== '' && !SOURCES.has(source)) complain(`'${source}' is no source`)
  const citation = cells['Tests']
  if (citation === undefined || citation === '') return problems
  const problem = citationProblem(citation, links, directory)
  if (problem !== undefined) complain(problem)
  return problems
}

/** What is wrong with the test that a row cites. */
function citationProblem(citation: string, links: BehaviourDocument['links'], directory: string): string | undefined {
  const [, number, title] = /^`(\w+)` (.+)$/.exec(citation) ?? []
  if (number !== undefined) {
    const known = conformanceTests.some((test) => String(test.number) === number && test.title === title)
    return known ? undefined : `the suite has no test '${number} ${title}'`
  }
  const [, label, named] = /^\[(.+?)\] (.+)$/.exec(citation) ?? []
  if (label === undefined || named === undefined) return `'${citation}' names no test`
  const path = links.get(label)
  if (path === undefined) return `[${label}] has no target`
  const file = join(directory, path)
  if (!existsSync(file)) return `there is no ${path}`
  if (label !== basename(path)) return `${path} is called ${label}`
  const text = readFileSync(file, 'utf8')
  const defined = [`'${named}'`, `"${named}"`, `\`${named}\``].some((quoted) => text.includes(quoted))
  return defined ? undefined : `${path} has no test '${named}'`
}

/** Each behaviour, and the error codes, list exactly their tests; the contract's tests are cited in its table. */
function listProblems({ rows, items }: BehaviourDocument): readonly string[] {
  const problems: string[] = []
  const listed = new Set<string>()
  for (const { section, heading, text } of items) {
    const number = section === 'Error codes' ? 'errors' : /^(\d+)\. /.exec(heading)?.[1]
    if (number === undefined) continue
    const [, source, title] = /^(\w+): (.+)$/.exec(text) ?? []
    const test = conformanceTests.find((known) => String(known.number) === number && known.title === title)
    if (test === undefined) problems.push(`${heading}: the suite has no test '${number} ${title ?? text}'`)
    else if (test.source !== source) problems.push(`${heading}: '${title}' is ${test.source}, not ${source}`)
    listed.add(`${number} ${title}`)
  }
  for (const { section, cells } of rows) {
    const [, title] = /^`contract` (.+)$/.exec(cells['Tests'] ?? '') ?? []
    if (section === "The interface's own promises" && title !== undefined) listed.add(`contract ${title}`)
  }
  for (const { number, title } of conformanceTests) {
    if (!listed.has(`${number} ${title}`)) problems.push(`'${number} ${title}' is not listed`)
  }
  return problems
}

/** The table of worlds must be that of the code. */
function worldProblems({ rows }: BehaviourDocument): readonly string[] {
  const problems: string[] = []
  const points = rows.filter(({ section }) => section === 'Worlds')
  if (points.length === 0) return ['there is no table of worlds']
  const missing = new Set<string>(Object.keys(WORLD_ANSWERS))
  for (const { cells } of points) {
    const name = (cells['Point'] ?? '').replaceAll('`', '')
    if (!missing.delete(name)) {
      problems.push(`Worlds: there is no point '${name}'`)
      continue
    }
    const point = name as UnsettledPoint
    const [first, ...others] = WORLD_ANSWERS[point]
    const { number, question } = UNSETTLED_POINTS[point]
    const expected = {
      Number: String(number),
      Question: question,
      Default: String(first),
      'Other answers': others.join(', '),
    }
    for (const [column, text] of Object.entries(expected)) {
      if (cells[column] !== text) problems.push(`Worlds: ${name}: '${column}' is '${text}' in the code`)
    }
  }
  for (const name of missing) problems.push(`Worlds: '${name}' is missing`)
  return problems
}

function longLines(markdown: string): readonly string[] {
  return markdown.split('\n').flatMap((line, i) => (line.length > 200 ? [`line ${i + 1} is longer than 200`] : []))
}
