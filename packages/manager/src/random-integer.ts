/** A random integer, both ends included. It can be predicted: node:crypto takes longer to load than this package. */
export function randomInteger(from: number, to: number): number {
  return from + Math.floor(Math.random() * (to - from + 1))
}
