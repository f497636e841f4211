/** @param {string} name @param {number} bytes @returns {string} */
export function numberedLines(name, bytes) {
  const width = 16
  return Array.from({ length: bytes / width }, (_, line) => `${`${name} ${line}`.padEnd(width - 1)}\n`).join('')
}
