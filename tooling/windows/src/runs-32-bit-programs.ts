import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * An ELF executable for i386 that ends with exit code 0: its header, one program header, and the code
 * `xor ebx, ebx; xor eax, eax; inc eax; int 0x80`.
 */
const PROGRAM = Buffer.from(
  '7f454c46010101000000000000000000020003000100000054800408340000000000000000000000340020000100000000000000' +
    '010000000000000000800408008004085b0000005b0000000500000000100000' +
    '31db31c040cd80',
  'hex',
)

/** Whether the kernel runs 32-bit programs. Some are built or started without ia32 emulation. */
export function runs32BitPrograms(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'winport-'))
  try {
    const program = join(directory, 'exit')
    writeFileSync(program, PROGRAM, { mode: 0o755 })
    return spawnSync(program).status === 0
  } finally {
    rmSync(directory, { recursive: true })
  }
}
