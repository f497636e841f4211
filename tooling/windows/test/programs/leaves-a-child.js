// leaves-a-child.js <mark>: ends at once and leaves a detached child running.
import { spawn } from 'node:child_process'

spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', process.argv[2] ?? ''], {
  stdio: 'ignore',
  detached: true,
}).unref()
