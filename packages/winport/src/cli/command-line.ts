import { Argument, Command, CommanderError, Option } from 'commander'
import { BACKEND_NAMES } from '../backend-names.js'
import { winportVersion } from '../machine/installed-versions.js'
import { messageOf } from '../message-of.js'
import { oneLine } from '../one-line.js'
import { PERSISTENT_VERBS, type PersistentVerb } from './persistent-verbs.js'

const SUCCESS = 0
const FAILURE = 1
const USAGE = 2

const USAGE_CODES: ReadonlySet<unknown> = new Set(['ERR_INVALID_ARG_TYPE', 'ERR_OUT_OF_RANGE', 'ERR_USAGE'])

/** Runs `winport` with these arguments and resolves to the exit code. Prints an error as one line on stderr. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  let exitCode = SUCCESS
  const program = defineProgram((code) => {
    exitCode = code
  })
  if (args.length === 0) {
    process.stderr.write(program.helpInformation())
    return USAGE
  }
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return SUCCESS // --help and --version
    const isUsage = error instanceof CommanderError || (await isUsageError(error))
    const hint = isUsage ? ` Try 'winport ${commandOf(program, args)}--help'.` : ''
    process.stderr.write(`winport: ${describeError(error)}${hint}\n`)
    return isUsage ? USAGE : FAILURE
  }
}

/** @param setExitCode for a command whose success has several exit codes */
function defineProgram(setExitCode: (code: number) => void): Command {
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

  program
    .command('acquire')
    .summary('reserve a block of ports')
    .description(
      'Reserves a block of consecutive ports, prints its range, size and token, and releases it.\n' +
        'Without a start port, the kernel chooses the range.',
    )
    .usage('<tcp|udp> [startPort] <count> [options]')
    .argument(
      '<block...>',
      'tcp or udp; optional start port (5000,6000,0: the first available; 0: the kernel chooses); number of ports',
    )
    .option('--matched', 'reserve the same range for TCP and UDP; the protocol can then be omitted')
    .option('--within <from>-<to>', 'reserve free ports in this range, such as 5000-5999; not with a start port')
    .addOption(
      new Option('--order <order>', 'with --within: from the lowest port, or from a random one').choices([
        'ascending',
        'random',
      ]),
    )
    .addOption(
      new Option('--fallback <place>', 'with --within: reserve anywhere if that range is full').choices(['anywhere']),
    )
    .option('--exclude <ports>', 'ports that the block must not contain, such as 5432,5900-5909')
    .option('--timeout <ms>', 'fail after this time')
    .option('--hold', 'keep the block until Ctrl-C')
    .addOption(jsonOption('tokens are strings'))
    .addOption(transportOption())
    .action(async (block: string[], options) => {
      const { acquire } = await import('./acquire-command.js')
      await acquire(block, options)
    })

  program
    .command('persistent')
    .summary('manage reservations that survive restarts')
    .description(
      'Creates, finds or deletes a reservation that survives restarts of the machine, and prints its token.\n' +
        'lookup and delete need exactly the range that was created. ensure creates the range if it does not exist.\n' +
        'create and delete need an elevated prompt. The token may change when the machine restarts.',
    )
    .usage('<create|lookup|delete|ensure> <tcp|udp> <startPort> <count> [options]')
    .addArgument(new Argument('<verb>', 'what to do').choices(PERSISTENT_VERBS))
    .argument('<protocol>', 'tcp or udp')
    .argument('<startPort>', 'the first port')
    .argument('<count>', 'the number of ports')
    .addOption(jsonOption('the token is a string'))
    .addOption(transportOption())
    .action(async (verb: PersistentVerb, protocol: string, startPort: string, count: string, options) => {
      const { persistent } = await import('./persistent-command.js')
      await persistent(verb, protocol, startPort, count, options)
    })

  program
    .command('info')
    .summary('describe this machine and its backend')
    .description('Prints the facts about this machine that matter for port reservations. Changes nothing.')
    .addOption(jsonOption('an unknown fact is null'))
    .action(async (options) => {
      const { info } = await import('./info-command.js')
      await info(options)
    })

  program
    .command('why')
    .summary('explain why a port cannot be bound')
    .description(
      'Finds out whether a port can be bound, and what has it if not: a process, or a reserved range.\n' +
        'Binds the port for a moment and never listens. Changes nothing.',
    )
    .addArgument(new Argument('<protocol>', 'tcp or udp').choices(['tcp', 'udp']))
    .argument('<port>', '1 to 65535')
    .option('--host <address>', "where to bind it (default: '::', as Node's servers listen)")
    .addOption(jsonOption('what is not known is null'))
    .addOption(transportOption())
    .addHelpText(
      'after',
      '\nExit codes: 0 can be bound, 1 could not be found out, 2 usage error, 3 refused and explained,\n' +
        '4 refused and unexplained.',
    )
    .action(async (protocol: 'tcp' | 'udp', port: string, options) => {
      const { why } = await import('./why-command.js')
      setExitCode(await why(protocol, port, options))
    })

  program
    .command('map')
    .summary('show what has the ports of this machine')
    .description(
      'Draws all 65,535 ports, then describes every range: in use, reserved, dynamic. Binds nothing and changes nothing.',
    )
    .addArgument(new Argument('[protocol]', 'tcp or udp').choices(['tcp', 'udp']).default('tcp'))
    .addOption(jsonOption('what is not known is null'))
    .option('--svg <file>', 'write the picture to a file, for documents')
    .option('--html <file>', 'write a page to a file, to look at each port')
    .addOption(transportOption())
    .action(async (protocol: 'tcp' | 'udp', options) => {
      const { map } = await import('./map-command.js')
      await map(protocol, options)
    })

  program
    .command('probe')
    .summary('test whether this machine behaves as winport expects')
    .description(
      'Tests every behaviour of port reservations that winport relies on, and prints what it observed.\n' +
        'Starts a second process. In an elevated prompt, also creates persistent reservations and deletes them again.',
    )
    .addOption(jsonOption('for a report'))
    .addOption(transportOption())
    .action(async (options) => {
      const { probe } = await import('./probe-command.js')
      await probe(options)
    })

  program
    .command('demo')
    .summary('show a reservation at work')
    .description(
      'Reserves a block, serves HTTP on all its ports, shows that no other process gets one, and releases it.\n' +
        'Runs on the mock, a simulation, if no native backend can be opened.',
    )
    .addOption(transportOption())
    .action(async (options) => {
      const { runDemo } = await import('../demo/demo.js')
      await runDemo(options)
    })

  return program
}

async function isUsageError(error: unknown): Promise<boolean> {
  const { codeOf } = await import('@winport/transport/backend') // not needed to print the help
  return USAGE_CODES.has(codeOf(error))
}

function transportOption(): Option {
  const description = 'backend (default: the best one for this machine)'
  return new Option('--transport <name>', description).choices(BACKEND_NAMES)
}

function jsonOption(detail: string): Option {
  return new Option('--json', `print one line of JSON (${detail})`)
}

function commandOf(program: Command, [name]: readonly string[]): string {
  return program.commands.some((command) => command.name() === name) ? `${name} ` : ''
}

function describeError(error: unknown): string {
  const line = oneLine(messageOf(error).replace(/^error: /, ''))
  return /[.!?)]$/.test(line) ? line : `${line}.`
}
