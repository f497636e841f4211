import { parseArgs } from 'node:util'
import type { Choice, CommandDefinition } from './commands.js'

/**
 * A call without a mistake, as the parser of `parser.ts` understands it, in much less time.
 *
 * @returns undefined for everything else, such as a mistake or `--help`
 */
export function parsePlainCall(
  commands: readonly CommandDefinition[],
  [name, ...args]: readonly string[],
): { readonly run: () => Promise<number | undefined> } | undefined {
  const command = commands.find((one) => one.name === name)
  if (command === undefined || args.includes('--')) return undefined
  const found = parse(command, args)
  if (found === undefined) return undefined
  const { positionals, values } = found
  const isComplete = positionals.length >= command.args.filter(({ term }) => term.startsWith('<')).length
  const hasRoom = positionals.length <= command.args.length || command.args.at(-1)?.term.includes('...')
  if (!isComplete || !hasRoom) return undefined
  if (!command.options.every(({ flags, choices }) => isAllowed(choices, values[nameOf(flags)]))) return undefined
  if (!command.args.every(({ choices }, index) => isAllowed(choices, positionals[index]))) return undefined
  const defaults = command.args.slice(positionals.length).flatMap(({ fallback }) => fallback ?? [])
  return { run: () => command.run([...positionals, ...defaults], values) }
}

function parse({ options }: CommandDefinition, args: string[]) {
  const types = options.map(
    ({ flags }) => [nameOf(flags), { type: flags.includes(' ') ? 'string' : 'boolean' }] as const,
  )
  try {
    const { tokens, ...found } = parseArgs({
      args,
      allowPositionals: true,
      options: Object.fromEntries(types),
      tokens: true,
    })
    const named = tokens.flatMap((token) => (token.kind === 'option' ? token.name : []))
    return new Set(named).size === named.length ? found : undefined // every value of a repeated option is checked
  } catch {
    return undefined
  }
}

/** `--within <from>-<to>`: within */
function nameOf(flags: string): string {
  return flags.slice(2).split(' ', 1).join()
}

function isAllowed(choices: readonly Choice[] | undefined, value: unknown): boolean {
  return choices === undefined || value === undefined || choices.some((choice) => choice === value)
}
