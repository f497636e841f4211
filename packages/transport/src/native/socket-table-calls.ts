import type { CallResult } from '../backend/call-result.js'
import type { Protocol } from '../port-range.js'

/**
 * The calls that list the sockets of all processes, and describe processes. Each writes as much of its result as fits into the buffer, and returns the
 * size of the whole result in bytes. It fails with ERROR_PROC_NOT_FOUND if a function that it needs does not exist.
 */
export interface SocketTableCalls {
  /** GetExtendedTcpTable or GetExtendedUdpTable. A result that does not fit is not written at all. */
  extendedTable(protocol: Protocol, family: number, tableClass: number, table: Uint8Array): CallResult

  /**
   * InternalGetBoundTcpEndpointTable or InternalGetBoundTcp6EndpointTable, which iphlpapi.dll exports without documentation:
   * a MIB_TCPTABLE2 or MIB_TCP6TABLE2 of the sockets that are bound and not connected.
   */
  boundTable(family: number, table: Uint8Array): CallResult

  /**
   * The FILETIME at which the process was started, or 0, and then the path of its program in UTF-16. If the path may not be
   * read (QueryFullProcessImageNameW), the name of the program (Toolhelp).
   */
  processImage(pid: number, image: Uint8Array): CallResult

  /**
   * The account of a process, `domain\name` in UTF-16: OpenProcess, OpenProcessToken, GetTokenInformation(TokenUser) and
   * LookupAccountSidW. Fails with the error of the first of them that fails.
   */
  processUser(pid: number, user: Uint8Array): CallResult

  /**
   * The services that run: of each its process ID, a DWORD, and its name in UTF-16 with a zero at its end: OpenSCManagerW and
   * EnumServicesStatusExW. Fails with the error of the first of them that fails.
   */
  services(services: Uint8Array): CallResult
}
