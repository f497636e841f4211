import { Argument, Command, CommanderError, Option } from 'commander'
import { winportVersion } from '../machine/installed-versions.js'
import type { CommandDefinition } from './commands.js'
import { UsageError } from './usage-error.js'

const SUCCESS = 0
const USAGE = 2

/**
 * Parses any arguments. Prints the help where they ask for it, or are none.
 *
 * @returns a call to run, or else the exit code
 * @throws UsageError
 */
export function parseAnyCall(
  commands: readonly CommandDefinition[],
  args: readonly string[],
): { readonly run?: () => Promise<number | undefined>; readonly exitCode?: number } {
  let run: (() => Promise<number | undefined>) | undefined
  const program = defineProgram(commands, (call) => {
    run = call
  })
  if (args.length === 0) {
    process.stderr.write(program.helpInformation())
    return { exitCode: USAGE }
  }
  try {
    program.parse(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return { exitCode: SUCCESS } // --help and --version
    throw new UsageError(error.message.replace(/^error: /, ''))
  }
  return run === undefined ? { exitCode: SUCCESS } : { run }
}

function defineProgram(
  commands: readonly CommandDefinition[],
  found: (run: () => Promise<number | undefined>) => void,
): Command {
  const program = new Command('winport')
    .description('Reserve blocks of TCP and UDP ports on Windows and Linux.')
    .version(winportVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}` })
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .showSuggestionAfterError()
    .addHelpText('after', '\nExit codes: 0 success, 1 failure, 2 usage error.')
  for (const definition of commands) define(program.command(definition.name), definition, found)
  return program
}

function define(
  command: Command,
  { summary, description, usage, args, options, after, run }: CommandDefinition,
  found: (run: () => Promise<number | undefined>) => void,
): void {
  command.summary(summary).description(description)
  if (usage !== undefined) command.usage(usage)
  if (after !== undefined) command.addHelpText('after', after)
  for (const { term, description, choices, fallback } of args) {
    const argument = new Argument(term, description)
    if (choices !== undefined) argument.choices(choices)
    if (fallback !== undefined) argument.default(fallback)
    command.addArgument(argument)
  }
  for (const { flags, description, choices } of options) {
    const option = new Option(flags, description)
    command.addOption(choices === undefined ? option : option.choices(choices))
  }
  command.action(() => found(() => run(command.processedArgs.flat(), command.opts())))
}
