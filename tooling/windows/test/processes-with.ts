import { execFileSync } from 'node:child_process'

const LIST =
  process.platform === 'win32'
    ? (['powershell', '-NoProfile', '-Command', 'Get-CimInstance Win32_Process | ForEach-Object CommandLine'] as const)
    : (['ps', '-ww', '-eo', 'pid,stat,args'] as const)

/** The lines of the process list of the system that contain this text. */
export function processesWith(text: string): readonly string[] {
  const [command, ...args] = LIST
  return execFileSync(command, args, { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(text))
}
