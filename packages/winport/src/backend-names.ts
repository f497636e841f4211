/** The names that the `transport` option accepts. */
export const BACKEND_NAMES = ['napi', 'koffi', 'mock'] as const

export type BackendName = (typeof BACKEND_NAMES)[number]

/** The backends that call the libraries of Windows. */
export type NativeBackendName = Exclude<BackendName, 'mock'>
