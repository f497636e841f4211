import { Argument, Command, CommanderError, Option } from 'commander'
import { BACKEND_NAMES } from '../backend-names.js'
import { PERSISTENT_VERBS, type PersistentVerb } from './persistent-verbs.js'
import { winportVersion } from './versions.js'

/** Exit codes: 0 as asked, 1 it failed, 2 it was asked wrongly. */
const FAILURE = 1
const USAGE = 2

const USAGE_CODES: ReadonlySet<unknown> = new Set(['ERR_INVALID_ARG_TYPE', 'ERR_OUT_OF_RANGE', 'ERR_USAGE'])

/** Runs `winport` with these arguments and resolves to its exit code; errors are one line on stderr. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const program = defineProgram()
  if (args.length === 0) {
    process.stderr.write(program.helpInformation())
    return USAGE
  }
  try {
    await program.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0 // --help and --version
    const isUsage = error instanceof CommanderError || USAGE_CODES.has(codeOf(error))
    const hint = isUsage ? ` Try 'winport ${commandOf(program, args)}--help'.` : ''
    process.stderr.write(`winport: ${oneLine(error)}${hint}\n`)
    return isUsage ? USAGE : FAILURE
  }
}

function defineProgram(): Command {
  const program = new Command('winport')
    .description('Reserve blocks of TCP and UDP ports from the Windows kernel.')
    .version(winportVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}` })
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .showSuggestionAfterError()

  program
    .command('acquire')
    .summary('reserve a block of ports')
    .description(
      'Reserves a block of consecutive ports, prints where it starts, its size and its token, and lets go of it.\n' +
        'Without a start port the kernel chooses.',
    )
    .usage('<tcp|udp> [startPort] <count> [options]')
    .argument(
      '<block...>',
      'tcp or udp; start port, if wanted (0: the kernel chooses; 5000,6000,0: the first to be had); number of ports',
    )
    .option('--matched', 'one range for TCP and UDP alike; the protocol can then be left out')
    .option('--within <from>-<to>', 'the lowest place in there, such as 5000-5999, instead of a start port')
    .option('--timeout <ms>', 'give up after so many milliseconds')
    .option('--hold', 'keep the block until Ctrl-C')
    .addOption(jsonOption('one line of JSON; tokens are strings'))
    .addOption(transportOption())
    .action(async (block: string[], options) => {
      const { acquire } = await import('./acquire-command.js')
      await acquire(block, options)
    })

  program
    .command('persistent')
    .summary('reservations that survive restarts')
    .description(
      'Creates, finds or deletes a reservation that survives restarts of the machine, and prints its token.\n' +
        'lookup and delete take the very range that was created. ensure looks up, or else creates.\n' +
        'create and delete need an elevated prompt. A token may change at a restart.',
    )
    .usage('<create|lookup|delete|ensure> <tcp|udp> <startPort> <count> [options]')
    .addArgument(new Argument('<verb>', 'what to do').choices(PERSISTENT_VERBS))
    .argument('<protocol>', 'tcp or udp')
    .argument('<startPort>', 'the first port')
    .argument('<count>', 'the number of ports')
    .addOption(jsonOption('one line of JSON; the token is a string'))
    .addOption(transportOption())
    .action(async (verb: PersistentVerb, protocol: string, startPort: string, count: string, options) => {
      const { persistent } = await import('./persistent-command.js')
      await persistent(verb, protocol, startPort, count, options)
    })

  program
    .command('info')
    .summary('what this machine is, and which backend it gets')
    .description('Prints what matters for port reservations about this machine, and changes nothing.')
    .addOption(jsonOption('one line of JSON; what is not known is null'))
    .action(async (options) => {
      const { info } = await import('./info-command.js')
      await info(options)
    })

  program
    .command('probe')
    .summary('find out whether this machine behaves as winport believes')
    .description(
      "Tries every behaviour of Windows' port reservations that winport relies on, and prints what was seen.\n" +
        'It starts a second process. As administrator it also creates persistent reservations, and deletes them again.',
    )
    .addOption(jsonOption('one line of JSON, to be reported'))
    .addOption(transportOption())
    .action(async (options) => {
      const { probe } = await import('./probe-command.js')
      await probe(options)
    })

  program
    .command('demo')
    .summary('watch ports being reserved, served on, defended and released')
    .description(
      'Reserves a block, serves HTTP on every port of it, shows that nobody else gets in, and lets go.\n' +
        'Where no native backend can be opened it runs on the mock, a simulation.',
    )
    .addOption(transportOption())
    .action(async (options) => {
      const { runDemo } = await import('../demo/demo.js')
      await runDemo(options)
    })

  return program
}

function transportOption(): Option {
  const description = 'the backend; the default is the best one for this machine'
  return new Option('--transport <name>', description).choices(BACKEND_NAMES)
}

function jsonOption(what: string): Option {
  return new Option('--json', `print ${what}`)
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

function commandOf(program: Command, [name]: readonly string[]): string {
  return program.commands.some((command) => command.name() === name) ? `${name} ` : ''
}

function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const line = message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ')
  return /[.!?)]$/.test(line) ? line : `${line}.`
}
