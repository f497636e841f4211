/** A fact, or the reason why it is unknown. */
export type Fact<Value> =
  | { readonly value: Value; readonly unknown?: never }
  | { readonly value: null; readonly unknown: string }
