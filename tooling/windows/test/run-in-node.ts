import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

const API = new URL('../dist/index.js', import.meta.url).href

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program in a new process, with the built API as `api` and with this environment only. */
export function startInNode(program: string, env: Readonly<Record<string, string>>): ChildProcess {
  const script = `const api = await import(${JSON.stringify(API)})\n${program}`
  return spawn(process.execPath, ['--input-type=module', '-e', script], { env, stdio: ['ignore', 'pipe', 'pipe'] })
}

export async function runInNode(program: string, env: Readonly<Record<string, string>>): Promise<Ended> {
  return await ended(startInNode(program, env))
}

export async function ended(child: ChildProcess): Promise<Ended> {
  const output = (stream: ChildProcess['stdout']) => (stream === null ? '' : text(stream))
  const [stdout, stderr, [code]] = await Promise.all([output(child.stdout), output(child.stderr), once(child, 'close')])
  return { code, stdout, stderr }
}
