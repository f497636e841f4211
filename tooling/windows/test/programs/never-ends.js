// never-ends.js <mark>: runs until it is killed, as do a child, a detached child and a child of a shell. All have the mark as an argument.
import { exec, spawn } from 'node:child_process'

const mark = process.argv[2] ?? ''
const idle = ['-e', 'setInterval(() => {}, 1000)', mark]
spawn(process.execPath, idle, { stdio: 'ignore' })
spawn(process.execPath, idle, { stdio: 'ignore', detached: true }).unref()
exec(`"${process.execPath}" -e "setInterval(() => {}, 1000)" ${mark}`)
setTimeout(() => console.log('all started'), 1000)
setInterval(() => {}, 1000)
