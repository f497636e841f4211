/** Blocks that were not freed when a program ended, of those that the addon or the simulator asked for, or had Node ask for. */
export interface UnfreedMemory {
  /** To which nothing leads any more. */
  readonly lost: number
  /** To which something leads, or might: what exists once, or what grows without end. */
  readonly kept: number
  /** Where the lost ones came from. */
  readonly stacks: readonly string[]
}

const OURS = /<obj>[^<]*\/(?:winport-transport\.napi\.node|libwinsock-simulator\.so)<\/obj>/
const LOST = new Set(['Leak_DefinitelyLost', 'Leak_IndirectlyLost'])

/** Reads the XML report of valgrind --leak-check=full --show-leak-kinds=all. */
export function unfreedMemory(report: string): UnfreedMemory {
  if (!/<state>FINISHED<\/state>/.test(report)) throw new Error('valgrind did not finish its report')
  let lost = 0
  let kept = 0
  const stacks: string[] = []
  for (const [error] of report.matchAll(/<error>.*?<\/error>/gs)) {
    const kind = /<kind>(\w+)<\/kind>/.exec(error)?.[1] ?? ''
    if (!kind.startsWith('Leak_') || !OURS.test(error)) continue
    const blocks = Number(/<leakedblocks>(\d+)<\/leakedblocks>/.exec(error)?.[1])
    if (LOST.has(kind)) {
      lost += blocks
      stacks.push(error)
    } else {
      kept += blocks
    }
  }
  return { lost, kept, stacks }
}
