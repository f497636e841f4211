// Runs the Windows suites on other variants of Windows than the default one, and compiles native code with other compilers:
// node .ci/matrix.mjs [VARIANT...]. The variants are in tooling/windows/src/windows-variants.ts.
// What this machine cannot do is a failure under CI; elsewhere, a banner says so. Only ia32 needs a kernel that runs 32-bit
// programs, which no installation can change: without it, a line says so and nothing of ia32 is counted.
import { spawnSync } from 'node:child_process'
import {
  arm64OrExplain,
  clangOrExplain,
  installWindowsTools,
  matrixVariants,
  WINDOWS_VARIANTS,
  windowsOrExplain,
} from '../tooling/windows/dist/index.js'

const TURBO = ['exec', 'turbo', 'run', 'test:windows', '--concurrency=1', '--continue=dependencies-successful']
const NATIVE = [
  'tooling/winsock-simulator',
  'packages/transport-linux',
  'packages/transport-napi',
  'tooling/benchmarks',
]

const names = process.argv.slice(2)
const variants = matrixVariants().filter(({ name }) => names.length === 0 || names.includes(name))
const failed = []

async function attempt(what, task) {
  try {
    await task()
  } catch (error) {
    console.error(error)
    failed.push(what)
  }
}

function run(what, cwd, command, ...args) {
  console.log(`\n=== ${what}`)
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit' })
  if (status !== 0) throw new Error(`${what}: exit code ${status}`)
}

function build(cwd, ...args) {
  run(`${cwd}: ${args.join(' ')}`, cwd, process.execPath, '../../tooling/cmake/build.mjs', ...args)
}

for (const { name } of WINDOWS_VARIANTS.slice(1).filter((variant) => !matrixVariants().includes(variant))) {
  console.error(`\n!! NOT RUN: the suites on ${name}. The kernel of this machine runs no 32-bit programs.`)
}
for (const { name, arch } of variants) {
  process.env.WINPORT_WINDOWS = name
  await attempt(name, async () => {
    if ((await windowsOrExplain(`the suites on ${name}`)) === undefined) return
    if (arch === 'ia32') build('tooling/winsock-simulator', 'mingw-ia32')
    run(`the suites on ${name}`, '.', 'npx', '--yes', 'pnpm@12.21.0', ...TURBO)
  })
}
await attempt('all native code for ia32', async () => {
  await installWindowsTools('ia32')
  build('tooling/winsock-simulator', '--target', 'tests', 'mingw-ia32')
  build('packages/transport-napi', '--target', 'install', 'mingw-ia32')
})
await attempt('clang', async () => {
  if ((await clangOrExplain('all native code')) === undefined) return
  for (const cwd of NATIVE) build(cwd, 'clang')
})
await attempt('linux-arm64', async () => {
  const node = await arm64OrExplain('the addon of transport-linux for arm64')
  if (node === undefined) return
  build('packages/transport-linux', '--target', 'install', 'linux-arm64')
  run('transport-linux on arm64', 'packages/transport-linux', ...node, 'test/programs/load-on-qemu.js')
})

if (failed.length > 0) {
  console.error(`\nfailed: ${failed.join(', ')}`)
  process.exitCode = 1
}
