// Runs the conformance suite over both native backends on other variants of Windows than the default one, where other versions
// of Node.js adopt the sockets; and compiles native code with clang, for ia32, and for Linux on arm64 and musl:
//
//     node .ci/matrix.mjs [VARIANT...]
//     node .ci/matrix.mjs --prepare        only installs what the rest needs, which is mostly downloads
//
// The variants are in tooling/windows/src/windows-variants.ts. What does not depend on Node.js or Wine is left to `test`.
// What this machine cannot do is a failure under CI; elsewhere, a banner says so. Only ia32 needs a kernel that runs 32-bit
// programs, which no installation can change: without it, a line says so and nothing of ia32 runs.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import {
  arm64OrExplain,
  clangOrExplain,
  installWindowsTools,
  matrixVariants,
  muslOrExplain,
  orWithoutWindows,
  prepareWindows,
  WINDOWS_VARIANTS,
} from '../tooling/windows/dist/index.js'

const BACKENDS = ['packages/transport-koffi', 'packages/transport-napi']
const NATIVE = [
  'tooling/winsock-simulator',
  'packages/transport-linux',
  'packages/transport-napi',
  'tooling/benchmarks',
]

const names = process.argv.slice(2)
const onlyPrepare = names[0] === '--prepare'
const variants = matrixVariants().filter(({ name }) => onlyPrepare || names.length === 0 || names.includes(name))
const failed = []

async function attempt(what, task) {
  const started = performance.now()
  try {
    await task()
  } catch (error) {
    console.error(error)
    failed.push(what)
  }
  console.log(`=== ${what}: ${((performance.now() - started) / 1000).toFixed()} s`)
}

async function run(cwd, env, command, ...args) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: 'inherit' })
  const [status] = await once(child, 'exit')
  if (status !== 0) throw new Error(`${cwd}: ${command} ${args.join(' ')}: exit code ${status}`)
}

async function build(cwd, ...args) {
  await run(cwd, {}, process.execPath, '../../tooling/cmake/build.mjs', ...args)
}

async function prepare(variant) {
  return await orWithoutWindows(`the suites on ${variant.name}`, () => prepareWindows(variant))
}

async function runSuites(variant) {
  if ((await prepare(variant)) === undefined) return
  // Both at once: each waits for Wine much of the time.
  const suites = BACKENDS.map((cwd) => run(cwd, { WINPORT_WINDOWS: variant.name }, 'npm', 'run', 'test:windows'))
  await Promise.all(suites)
}

for (const { name } of WINDOWS_VARIANTS.slice(1).filter((variant) => !matrixVariants().includes(variant))) {
  console.error(`\n!! NOT RUN: the suites on ${name}. The kernel of this machine runs no 32-bit programs.`)
}
const isWhole = onlyPrepare || names.length === 0
if (isWhole || variants.some(({ arch }) => arch === 'ia32')) {
  await attempt('native code for ia32', async () => {
    const tools = await orWithoutWindows('native code for ia32', () => installWindowsTools('ia32'))
    if (tools === undefined || onlyPrepare) return
    await build('tooling/winsock-simulator', 'mingw-ia32')
    await build('packages/transport-napi', '--target', 'install', 'mingw-ia32')
  })
}
if (isWhole) {
  await attempt('native code with clang', async () => {
    const clang = await clangOrExplain('all native code')
    if (clang === undefined || onlyPrepare) return
    for (const cwd of NATIVE) await build(cwd, 'clang')
  })
  await attempt('transport-linux on arm64', async () => {
    const node = await arm64OrExplain('the addon of transport-linux for arm64')
    if (node === undefined || onlyPrepare) return
    await build('packages/transport-linux', '--target', 'install', 'linux-arm64')
    await run('packages/transport-linux', {}, ...node, 'test/programs/load-on-qemu.js')
  })
  await attempt('transport-linux on musl', async () => {
    const gcc = await muslOrExplain('the addon of transport-linux')
    if (gcc === undefined || onlyPrepare) return
    const folder = 'packages/transport-linux'
    const headers = createRequire(resolve(folder, 'package.json'))('node-api-headers').include_dir
    const host = 'build/musl-host'
    const options = ['-rdynamic', '-DNAPI_VERSION=8', '-isystem', headers, '-o', host]
    await build(folder, '--target', 'install', 'linux')
    await run(folder, {}, gcc, 'test/native/musl-host.c', ...options)
    await run(folder, {}, host, `./prebuilds/linux-${process.arch}/winport-linux.napi.node`)
  })
}
for (const variant of variants) {
  await attempt(variant.name, () => (onlyPrepare ? prepare(variant) : runSuites(variant)))
}

if (failed.length > 0) {
  console.error(`\nfailed: ${failed.join(', ')}`)
  process.exitCode = 1
}
