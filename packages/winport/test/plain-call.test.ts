import { array, assert, asyncProperty, constant, constantFrom, oneof } from 'fast-check'
import { expect, it } from 'vitest'
import { COMMANDS } from '../src/cli/commands.js'
import { parseAnyCall } from '../src/cli/parser.js'
import { parsePlainCall } from '../src/cli/plain-call.js'

interface Call {
  readonly name: string
  readonly args: readonly string[]
  readonly options: object
}

/** The commands, which record a call. */
const calls: Call[] = []
const commands = COMMANDS.map((command) => ({
  ...command,
  run: async (args: readonly string[], options: object) => {
    calls.push({ name: command.name, args, options: { ...options } })
    return undefined
  },
}))

async function recorded(call: { readonly run?: () => Promise<number | undefined> } | undefined): Promise<Call> {
  await call?.run?.()
  const made = calls.pop()
  if (made === undefined) throw new Error('it is not a call')
  return made
}

it('a call is the same for both parsers, if the quick one understands it', async () => {
  const flags = COMMANDS.flatMap(({ options }) => options.map((option) => option.flags.split(' ', 1).join()))
  const values = [
    'tcp',
    'udp',
    '5000',
    '20',
    '',
    '-',
    '-5',
    '--',
    'mock',
    'random',
    'anywhere',
    'create',
    '5000-5999',
    'a=b',
  ]
  const word = oneof(
    constantFrom(...flags),
    { weight: 2, arbitrary: constantFrom(...values) },
    constantFrom(...flags).map((flag) => `${flag}=5000`),
    constant('--bogus'),
  )
  const name = constantFrom(...COMMANDS.map((command) => command.name))
  let understood = 0
  await assert(
    asyncProperty(name, array(word, { maxLength: 6 }), async (name, words) => {
      const plain = parsePlainCall(commands, [name, ...words])
      if (plain === undefined) return
      understood++
      expect(await recorded(plain)).toEqual(await recorded(parseAnyCall(commands, [name, ...words])))
    }),
    { numRuns: 3000, examples: [['map', ['--transport=5000', '--transport', 'mock']]] },
  )
  expect(understood).toBeGreaterThan(0)
})

it.each([
  ['acquire tcp 20', ['tcp', '20'], {}],
  ['acquire --matched 20 --within=5000-5999 --json', ['20'], { matched: true, within: '5000-5999', json: true }],
  ['persistent create tcp 5000 5 --transport koffi', ['create', 'tcp', '5000', '5'], { transport: 'koffi' }],
  ['map', ['tcp'], {}],
  ['map udp --svg file', ['udp'], { svg: 'file' }],
  ['why tcp 80 --host ::1', ['tcp', '80'], { host: '::1' }],
])('the quick parser understands `winport %s`', async (line, args, options) => {
  const [name = '', ...words] = line.split(' ')
  expect(await recorded(parsePlainCall(commands, [name, ...words]))).toEqual({ name, args, options })
})
