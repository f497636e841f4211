/** A system handle, which koffi passes as an intptr_t. */
export type SystemHandle = number | bigint

/** The functions of kernel32 that allocate memory and make it executable. */
export interface MemoryFunctions {
  GetCurrentProcess(): SystemHandle
  VirtualAlloc(address: bigint, size: number, type: number, protection: number): bigint | null
  VirtualProtect(address: bigint, size: number, protection: number, former: Uint32Array): number
  FlushInstructionCache(process: SystemHandle, address: bigint, size: number): number
}
