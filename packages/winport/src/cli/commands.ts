import type { Protocol } from '@winport/transport'
import { BACKEND_NAMES } from '../backend-names.js'
import type { AcquireCommandOptions } from './acquire-command.js'
import { PERSISTENT_VERBS, type PersistentVerb } from './persistent-verbs.js'

export type Choice = string

/** A command as it is called, and as the help describes it. */
export interface CommandDefinition {
  readonly name: string
  readonly summary: string
  readonly description: string
  /** What the help prints after the name. Default: made of the arguments. */
  readonly usage?: string
  readonly args: readonly ArgumentDefinition[]
  readonly options: readonly OptionDefinition[]
  /** What the help ends with. */
  readonly after?: string
  /** Resolves to the exit code, if that is not always 0. The types of the options are those that `options` defines. */
  readonly run: (args: readonly string[], options: object) => Promise<number | undefined>
}

interface ArgumentDefinition {
  /** `<required>`, `[optional]`; the last one may be `<several...>` */
  readonly term: string
  readonly description: string
  readonly choices?: readonly Choice[]
  readonly fallback?: string
}

interface OptionDefinition {
  /** `--name` or `--name <value>` */
  readonly flags: string
  readonly description: string
  readonly choices?: readonly Choice[]
}

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp']

const TRANSPORT: OptionDefinition = {
  flags: '--transport <name>',
  description: 'backend (default: the best one for this machine)',
  choices: BACKEND_NAMES,
}

function json(detail: string): OptionDefinition {
  return { flags: '--json', description: `print one line of JSON (${detail})` }
}

export const COMMANDS: readonly CommandDefinition[] = [
  {
    name: 'acquire',
    summary: 'reserve a block of ports',
    description:
      'Reserves a block of consecutive ports, prints its range, size and token, and releases it.\n' +
      'Without a start port, the kernel chooses the range.',
    usage: '<tcp|udp> [startPort] <count> [options]',
    args: [
      {
        term: '<block...>',
        description:
          'tcp or udp; optional start port (5000,6000,0: the first available; 0: the kernel chooses); number of ports',
      },
    ],
    options: [
      {
        flags: '--matched',
        description: 'reserve the same range for TCP and UDP; the protocol can then be omitted',
      },
      {
        flags: '--within <from>-<to>',
        description: 'reserve free ports in this range, such as 5000-5999; not with a start port',
      },
      {
        flags: '--order <order>',
        description: 'with --within: from the lowest port, or from a random one',
        choices: ['ascending', 'random'],
      },
      {
        flags: '--fallback <place>',
        description: 'with --within: reserve anywhere if that range is full',
        choices: ['anywhere'],
      },
      { flags: '--exclude <ports>', description: 'ports that the block must not contain, such as 5432,5900-5909' },
      { flags: '--timeout <ms>', description: 'fail after this time' },
      { flags: '--hold', description: 'keep the block until Ctrl-C' },
      json('tokens are strings'),
      TRANSPORT,
    ],
    run: async (block, options: AcquireCommandOptions) => {
      const { acquire } = await import('./acquire-command.js')
      await acquire(block, options)
      return undefined
    },
  },
  {
    name: 'persistent',
    summary: 'manage reservations that survive restarts',
    description:
      'Creates, finds or deletes a reservation that survives restarts of the machine, and prints its token.\n' +
      'lookup and delete need exactly the range that was created. ensure creates the range if it does not exist.\n' +
      'create and delete need an elevated prompt. The token may change when the machine restarts.',
    usage: '<create|lookup|delete|ensure> <tcp|udp> <startPort> <count> [options]',
    args: [
      { term: '<verb>', description: 'what to do', choices: PERSISTENT_VERBS },
      { term: '<protocol>', description: 'tcp or udp' },
      { term: '<startPort>', description: 'the first port' },
      { term: '<count>', description: 'the number of ports' },
    ],
    options: [json('the token is a string'), TRANSPORT],
    run: async ([verb, protocol = '', startPort = '', count = ''], options) => {
      const { persistent } = await import('./persistent-command.js')
      await persistent(verb as PersistentVerb, protocol, startPort, count, options)
      return undefined
    },
  },
  {
    name: 'info',
    summary: 'describe this machine and its backend',
    description: 'Prints the facts about this machine that matter for port reservations. Changes nothing.',
    args: [],
    options: [json('an unknown fact is null')],
    run: async (_none, options) => {
      const { info } = await import('./info-command.js')
      await info(options)
      return undefined
    },
  },
  {
    name: 'why',
    summary: 'explain why a port cannot be bound',
    description:
      'Finds out whether a port can be bound, and what has it if not: a process, or a reserved range.\n' +
      'Binds the port for a moment and never listens. Changes nothing.',
    args: [
      { term: '<protocol>', description: 'tcp or udp', choices: PROTOCOLS },
      { term: '<port>', description: '1 to 65535' },
    ],
    options: [
      { flags: '--host <address>', description: "where to bind it (default: '::', as Node's servers listen)" },
      json('what is not known is null'),
      TRANSPORT,
    ],
    after:
      '\nExit codes: 0 can be bound, 1 could not be found out, 2 usage error, 3 refused and explained,\n' +
      '4 refused and unexplained.',
    run: async ([protocol, port = ''], options) => {
      const { why } = await import('./why-command.js')
      return await why(protocol as Protocol, port, options)
    },
  },
  {
    name: 'map',
    summary: 'show what has the ports of this machine',
    description:
      'Draws all 65,535 ports, then describes every range: in use, reserved, dynamic. Binds nothing and changes nothing.',
    args: [{ term: '[protocol]', description: 'tcp or udp', choices: PROTOCOLS, fallback: 'tcp' }],
    options: [
      json('what is not known is null'),
      { flags: '--svg <file>', description: 'write the picture to a file, for documents' },
      { flags: '--html <file>', description: 'write a page to a file, to look at each port' },
      TRANSPORT,
    ],
    run: async ([protocol], options) => {
      const { map } = await import('./map-command.js')
      await map(protocol as Protocol, options)
      return undefined
    },
  },
  {
    name: 'probe',
    summary: 'test whether this machine behaves as winport expects',
    description:
      'Tests every behaviour of port reservations that winport relies on, and prints what it observed.\n' +
      'Starts a second process. In an elevated prompt, also creates persistent reservations and deletes them again.',
    args: [],
    options: [json('for a report'), TRANSPORT],
    run: async (_none, options) => {
      const { probe } = await import('./probe-command.js')
      await probe(options)
      return undefined
    },
  },
  {
    name: 'demo',
    summary: 'show a reservation at work',
    description:
      'Reserves a block, serves HTTP on all its ports, shows that no other process gets one, and releases it.\n' +
      'Runs on the mock, a simulation, if no native backend can be opened.',
    args: [],
    options: [TRANSPORT],
    run: async (_none, options) => {
      const { runDemo } = await import('../demo/demo.js')
      await runDemo(options)
      return undefined
    },
  },
]
