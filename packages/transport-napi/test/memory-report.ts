/** What valgrind saw that the addon or the simulator had a part in. Blocks are those that were not freed in the end. */
export interface MemoryReport {
  /** Reads and writes where nothing is, or nothing any more. */
  readonly invalid: number
  /** Blocks to which nothing leads any more. */
  readonly lost: number
  /** Blocks to which something leads, or might: what exists once, or what grows without end. */
  readonly kept: number
  /** Where the invalid and the lost ones come from. */
  readonly stacks: readonly string[]
}

const OURS = /<obj>[^<]*\/(?:winport-transport\.napi\.node|libwinsock-simulator\.so)<\/obj>/
const LOST = new Set(['Leak_DefinitelyLost', 'Leak_IndirectlyLost'])

/** Reads the XML report of valgrind --leak-check=full --show-leak-kinds=all. */
export function readMemoryReport(report: string): MemoryReport {
  if (!/<state>FINISHED<\/state>/.test(report)) throw new Error('valgrind did not finish its report')
  let invalid = 0
  let lost = 0
  let kept = 0
  const stacks: string[] = []
  for (const [error] of report.matchAll(/<error>.*?<\/error>/gs)) {
    const kind = /<kind>(\w+)<\/kind>/.exec(error)?.[1] ?? ''
    if (!OURS.test(error)) continue
    const blocks = Number(/<leakedblocks>(\d+)<\/leakedblocks>/.exec(error)?.[1])
    if (!kind.startsWith('Leak_')) invalid += 1
    else if (LOST.has(kind)) lost += blocks
    else kept += blocks
    if (!kind.startsWith('Leak_') || LOST.has(kind)) stacks.push(error)
  }
  return { invalid, lost, kept, stacks }
}
