/** A program of a document: what stands under one heading. */
export interface DocumentExample {
  readonly heading: string
  /** The text of each file by its name. */
  readonly files: Readonly<Record<string, string>>
  /** The command that runs the program. */
  readonly command: string
  /** What the program prints. Undefined for a test runner, whose output has durations. */
  readonly output: string | undefined
}

/** The name of a program that has one file and no command. */
const ONLY_FILE = 'main.js'

/**
 * Reads the programs of a Markdown document. A `js` block is a file, named by a comment in its first line; an `sh` block is the
 * command, and a `text` block the output.
 */
export function readExamples(document: string): readonly DocumentExample[] {
  return document
    .split(/^(?=##+ )/m)
    .map(readExample)
    .filter(({ files }) => Object.keys(files).length > 0)
}

function readExample(section: string): DocumentExample {
  const files: Record<string, string> = {}
  let command = `node ${ONLY_FILE}`
  let output: string | undefined
  for (const [, language, text = ''] of section.matchAll(/^```(js|sh|text)\n(.*?)^```$/gms)) {
    if (language === 'sh') command = text.trim()
    else if (language === 'text') output = text
    else files[/^\/\/ ([\w.]+)\n/.exec(text)?.[1] ?? ONLY_FILE] = text
  }
  return { heading: /^##+ (.*)$/m.exec(section)?.[1] ?? '', files, command, output }
}
