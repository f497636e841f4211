import { WSAEOPNOTSUPP } from '@winport/definitions'
import { TransportUnavailableError } from '@winport/transport'
import koffi from 'koffi'
import type { MemoryFunctions } from './memory-functions.js'

const MEM_COMMIT_AND_RESERVE = 0x3000
const PAGE_READWRITE = 0x04
const PAGE_EXECUTE_READ = 0x20
const ALIGNMENT = 16

/** The addresses of machine code that answers upcalls. A provider may call on any thread; JavaScript cannot run there. */
export interface UpcallAnswers {
  /** Returns its second argument. WPUModifyIFSHandle: the proposed handle. */
  readonly second: bigint
  /** Returns 0. */
  readonly zero: bigint
  /** Writes NULL through its second argument and returns 0. WPUQueryBlockingCallback: there is no callback. */
  readonly noCallback: bigint
  /** These write WSAEOPNOTSUPP through their nth argument, lpErrno, and return SOCKET_ERROR or INVALID_SOCKET. */
  readonly refuse2: bigint
  readonly refuse3: bigint
  readonly refuse4: bigint
}

type MachineCode = Readonly<Record<keyof UpcallAnswers, readonly number[]>>

const error = [WSAEOPNOTSUPP & 0xff, WSAEOPNOTSUPP >> 8, 0, 0]
const RETURN_0 = [0x31, 0xc0, 0xc3] // xor eax, eax; ret
const RETURN_MINUS_1 = [0x48, 0xc7, 0xc0, 0xff, 0xff, 0xff, 0xff, 0xc3] // mov rax, -1; ret

/** Arguments in rcx, rdx, r8, r9. */
const X64_WINDOWS: MachineCode = {
  second: [0x48, 0x89, 0xd0, 0xc3], // mov rax, rdx; ret
  zero: RETURN_0,
  noCallback: [0x48, 0xc7, 0x02, 0, 0, 0, 0, ...RETURN_0], // mov qword [rdx], 0
  refuse2: [0xc7, 0x02, ...error, ...RETURN_MINUS_1], // mov dword [rdx], error
  refuse3: [0x41, 0xc7, 0x00, ...error, ...RETURN_MINUS_1], // mov dword [r8], error
  refuse4: [0x41, 0xc7, 0x01, ...error, ...RETURN_MINUS_1], // mov dword [r9], error
}

/** Arguments in rdi, rsi, rdx, rcx. For the simulator on Linux. */
const X64_LINUX: MachineCode = {
  second: [0x48, 0x89, 0xf0, 0xc3], // mov rax, rsi; ret
  zero: RETURN_0,
  noCallback: [0x48, 0xc7, 0x06, 0, 0, 0, 0, ...RETURN_0], // mov qword [rsi], 0
  refuse2: [0xc7, 0x06, ...error, ...RETURN_MINUS_1], // mov dword [rsi], error
  refuse3: [0xc7, 0x02, ...error, ...RETURN_MINUS_1], // mov dword [rdx], error
  refuse4: [0xc7, 0x01, ...error, ...RETURN_MINUS_1], // mov dword [rcx], error
}

const words = (...code: readonly number[]): number[] => [...new Uint8Array(Uint32Array.from(code).buffer)]
const arm64Refusal = (register: number): number[] =>
  // mov w9, error; str w9, [x(register)]; mov x0, -1; ret
  words(0x5280_0009 | (WSAEOPNOTSUPP << 5), 0xb900_0009 | (register << 5), 0x9280_0000, 0xd65f_03c0)

/** Arguments in x0 to x3, on Windows and Linux. */
const ARM64: MachineCode = {
  second: words(0xaa01_03e0, 0xd65f_03c0), // mov x0, x1; ret
  zero: words(0x5280_0000, 0xd65f_03c0), // mov w0, 0; ret
  noCallback: words(0xf900_003f, 0x5280_0000, 0xd65f_03c0), // str xzr, [x1]
  refuse2: arm64Refusal(1),
  refuse3: arm64Refusal(2),
  refuse4: arm64Refusal(3),
}

/** @throws TransportUnavailableError if there is no code for this architecture */
export function machineCodeFor(platform: string, arch: string): MachineCode {
  if (arch === 'arm64') return ARM64
  if (arch === 'x64') return platform === 'win32' ? X64_WINDOWS : X64_LINUX
  throw new TransportUnavailableError(
    `@winport/transport-koffi supports the entry point 'WSPIoctl' on x64 and arm64 only, and this is ${arch}. Use @winport/transport-napi.`,
  )
}

/**
 * Writes the machine code to memory that is then executable and not writable. The memory is never freed, because a
 * provider may call the code until the process ends.
 *
 * @throws TransportUnavailableError if there is no code for this architecture, or the system refuses the memory
 */
export function writeUpcallAnswers(functions: MemoryFunctions): UpcallAnswers {
  const entries = Object.entries(machineCodeFor(process.platform, process.arch))
  const offsets = new Map<string, number>()
  let size = 0
  for (const [name, code] of entries) {
    offsets.set(name, size)
    size += Math.ceil(code.length / ALIGNMENT) * ALIGNMENT
  }
  const address = functions.VirtualAlloc(0n, size, MEM_COMMIT_AND_RESERVE, PAGE_READWRITE)
  if (address === null)
    throw new TransportUnavailableError(
      "The entry point 'WSPIoctl' needs memory for machine code, and VirtualAlloc returned none.",
    )
  const bytes = new Uint8Array(koffi.view(address, size))
  for (const [name, code] of entries) bytes.set(code, offsets.get(name))
  if (functions.VirtualProtect(address, size, PAGE_EXECUTE_READ, new Uint32Array(1)) === 0) {
    throw new TransportUnavailableError(
      "The entry point 'WSPIoctl' needs memory for machine code, and VirtualProtect refused to make it executable. Use @winport/transport-napi.",
    )
  }
  functions.FlushInstructionCache(functions.GetCurrentProcess(), address, size)
  const at = (name: keyof UpcallAnswers) => address + BigInt(offsets.get(name) ?? 0)
  return {
    second: at('second'),
    zero: at('zero'),
    noCallback: at('noCallback'),
    refuse2: at('refuse2'),
    refuse3: at('refuse3'),
    refuse4: at('refuse4'),
  }
}
