// Runs `winport demo` over a native backend that calls the simulator: demo-on-simulator.js <backend> <library>
import { runDemo } from '../../dist/demo/demo.js'

const [transport, library] = process.argv.slice(2)
const libraries = { winsock: library, ipHelper: library, kernel: library }
await runDemo({ transport }, { platform: process.platform, libraries })
