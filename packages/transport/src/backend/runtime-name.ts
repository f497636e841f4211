/** The program that runs this code, and its version. Bun and Deno report a version of Node.js as well. */
export function runtimeName(): string {
  const { bun, deno } = process.versions
  if (bun !== undefined) return `Bun ${bun}`
  return deno === undefined ? `Node.js ${process.version}` : `Deno ${deno}`
}
