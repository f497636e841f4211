/** The errors in valgrind's report whose stacks contain the addon or the simulator. Blocks are those that were never freed. */
export interface MemoryReport {
  /** Reads and writes of memory that is not allocated or already freed. */
  readonly invalid: number
  /** Blocks that no pointer reaches. */
  readonly lost: number
  /** Blocks that a pointer reaches or may reach: singletons, or a table that grows without limit. */
  readonly kept: number
  /** The reports of the invalid accesses and the lost blocks. */
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
