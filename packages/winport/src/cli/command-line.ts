import { COMMANDS } from './commands.js'
import { parsePlainCall } from './plain-call.js'

const SUCCESS = 0

/** Runs `winport` with these arguments and resolves to the exit code. Prints an error as one line on stderr. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
    const { winportVersion } = await import('../machine/installed-versions.js')
    process.stdout.write(`${winportVersion()}\n`)
    return SUCCESS
  }
  const plain = parsePlainCall(COMMANDS, args)
  try {
    if (plain !== undefined) return (await plain.run()) ?? SUCCESS
    const { parseAnyCall } = await import('./parser.js') // takes longer to load than Node.js to start
    const { run, exitCode = SUCCESS } = parseAnyCall(COMMANDS, args)
    return (await run?.()) ?? exitCode
  } catch (error) {
    const { reportError } = await import('./report-error.js')
    const isCommand = COMMANDS.some(({ name }) => name === args[0])
    return reportError(error, isCommand ? `${args[0]} ` : '')
  }
}
