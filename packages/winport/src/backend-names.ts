/** The names that the `transport` option accepts. */
export const BACKEND_NAMES = ['napi', 'koffi', 'linux', 'mock'] as const

export type BackendName = (typeof BACKEND_NAMES)[number]

/** The backends that reserve ports of the machine, in packages of their own. */
export type NativeBackendName = Exclude<BackendName, 'mock'>
