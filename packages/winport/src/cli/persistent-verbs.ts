export const PERSISTENT_VERBS = ['create', 'lookup', 'delete', 'ensure'] as const

/** What `winport persistent` does. */
export type PersistentVerb = (typeof PERSISTENT_VERBS)[number]
