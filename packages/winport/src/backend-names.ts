/** The backends that the front door knows by name. */
export const BACKEND_NAMES = ['napi', 'koffi', 'mock'] as const

export type BackendName = (typeof BACKEND_NAMES)[number]

/** The backends that call Windows' own libraries. */
export type NativeBackendName = Exclude<BackendName, 'mock'>
