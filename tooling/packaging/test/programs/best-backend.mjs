// Prints the default backend of a machine whose Windows is the simulator: best-backend.mjs <library>
import { defaultEnvironment, openTransport } from './node_modules/winport/dist/backends.js'

const [library] = process.argv.slice(2)
const libraries = { winsock: library, ipHelper: library, kernel: library }
try {
  const transport = await openTransport({}, { ...defaultEnvironment, libraries })
  await transport.close()
  console.log(JSON.stringify({ transport: transport.name }))
} catch ({ code, message }) {
  console.log(JSON.stringify({ code, message }))
}
