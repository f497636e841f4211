import type { RangeKind } from '@winport/doctor'

/** What a picture shows of a port. */
export type PictureKind = 'free' | RangeKind

export interface KindStyle {
  readonly name: PictureKind
  /** In the legend. */
  readonly label: string
  /** Stands for the kind where there are no colours. */
  readonly character: string
  /** The number of the foreground colour of a terminal (ECMA-48); the background is 10 more. */
  readonly terminal: number
  readonly light: string
  readonly dark: string
}

/**
 * In the order in which they cover each other: a port that is in use shows that, although it is in the dynamic range too. The
 * colours can be told apart by people who see no difference of red and green.
 */
export const PICTURE_KINDS: readonly KindStyle[] = [
  { name: 'free', label: 'free', character: '.', terminal: 90, light: '#e9edf2', dark: '#212a34' },
  { name: 'dynamic', label: 'dynamic', character: '-', terminal: 34, light: '#c5dbf2', dark: '#1f3d5c' },
  { name: 'administered', label: 'administered', character: 'a', terminal: 33, light: '#e8a800', dark: '#ffd43b' },
  { name: 'reserved', label: 'reserved', character: '#', terminal: 31, light: '#d9480f', dark: '#ff7a45' },
  { name: 'in-use', label: 'in use', character: 'x', terminal: 97, light: '#1864ab', dark: '#74c0fc' },
  { name: 'http-sys', label: 'http.sys', character: 'h', terminal: 35, light: '#9c36b5', dark: '#da77f2' },
  { name: 'own', label: 'own', character: 'o', terminal: 32, light: '#0b8577', dark: '#38d9a9' },
]
