/** The layout of a Windows struct with pointers. */
export interface PointerStruct<Field extends string> {
  /** The struct's name in the Windows headers. */
  readonly name: string
  /** `sizeof` the struct, in bytes. */
  readonly size: number
  /** `offsetof` the fields of interest, in bytes. */
  readonly offsetOf: Readonly<Record<Field, number>>
}

/** The layouts of a struct by the size of a pointer: 4 bytes on x86, 8 on x64 and arm64. */
export type PointerStructs<Field extends string> = Readonly<Record<4 | 8, PointerStruct<Field>>>

/**
 * The user of a process, which GetTokenInformation(TokenUser) writes. `User.Sid` points to the security identifier.
 *
 * @see https://learn.microsoft.com/en-us/windows/win32/api/winnt/ns-winnt-token_user
 */
export const TOKEN_USER: PointerStructs<'User.Sid' | 'User.Attributes'> = {
  4: { name: 'TOKEN_USER', size: 8, offsetOf: { 'User.Sid': 0, 'User.Attributes': 4 } },
  8: { name: 'TOKEN_USER', size: 16, offsetOf: { 'User.Sid': 0, 'User.Attributes': 8 } },
}

/**
 * A service and its process, which EnumServicesStatusExW writes. `lpServiceName` points to the name that `net start` knows.
 *
 * @see https://learn.microsoft.com/en-us/windows/win32/api/winsvc/ns-winsvc-enum_service_status_processw
 */
export const ENUM_SERVICE_STATUS_PROCESSW: PointerStructs<
  'lpServiceName' | 'lpDisplayName' | 'ServiceStatusProcess.dwCurrentState' | 'ServiceStatusProcess.dwProcessId'
> = {
  4: {
    name: 'ENUM_SERVICE_STATUS_PROCESSW',
    size: 44,
    offsetOf: {
      lpServiceName: 0,
      lpDisplayName: 4,
      'ServiceStatusProcess.dwCurrentState': 12,
      'ServiceStatusProcess.dwProcessId': 36,
    },
  },
  8: {
    name: 'ENUM_SERVICE_STATUS_PROCESSW',
    size: 56,
    offsetOf: {
      lpServiceName: 0,
      lpDisplayName: 8,
      'ServiceStatusProcess.dwCurrentState': 20,
      'ServiceStatusProcess.dwProcessId': 44,
    },
  },
}

/** OpenProcess: what QueryFullProcessImageNameW, GetProcessTimes and OpenProcessToken need. winnt.h */
export const PROCESS_QUERY_LIMITED_INFORMATION = 0x1000
/** OpenProcessToken: what GetTokenInformation needs. winnt.h */
export const TOKEN_QUERY = 0x8
/** GetTokenInformation: the class that writes a TOKEN_USER. winnt.h */
export const TOKEN_USER_CLASS = 1
/** OpenSCManagerW: what EnumServicesStatusExW needs. winsvc.h */
export const SC_MANAGER_ENUMERATE_SERVICE = 0x4
/** EnumServicesStatusExW: the level that writes rows of ENUM_SERVICE_STATUS_PROCESSW. winsvc.h */
export const SC_ENUM_PROCESS_INFO = 0
/** EnumServicesStatusExW: services, without drivers. winnt.h */
export const SERVICE_WIN32 = 0x30
/** EnumServicesStatusExW: services that run, or that start or stop. winsvc.h */
export const SERVICE_ACTIVE = 1
