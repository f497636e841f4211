export const PERSISTENT_VERBS = ['create', 'lookup', 'delete', 'ensure'] as const

/** The first argument of `winport persistent`. */
export type PersistentVerb = (typeof PERSISTENT_VERBS)[number]
