/** A fact, or the reason why it is unknown. With both, the value is a part of the fact: what the reason says is missing. */
export type Fact<Value> =
  | {
      readonly value: Value
      readonly unknown?: string
      /** Why some parts of the value are null, by their names. */
      readonly unknownParts?: Readonly<Record<string, string>>
    }
  | { readonly value: null; readonly unknown: string; readonly unknownParts?: undefined }
