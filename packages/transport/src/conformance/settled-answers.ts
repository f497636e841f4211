import type { World } from '../backend/world.js'
import { UNSETTLED_POINTS, type UnsettledPoint } from './unsettled-points.js'

export type Answer = World[UnsettledPoint]

/** The answer to an unsettled point that a test saw. */
export interface Observation {
  readonly point: UnsettledPoint
  readonly seen: Answer
}

/** All the answers to one unsettled point that a run of the suite saw. */
export interface SettledAnswer {
  readonly point: UnsettledPoint
  /** The number of the behaviour in BEHAVIOURS.md. */
  readonly number: number
  readonly question: string
  /** More than one if the machine does not always answer alike. */
  readonly seen: readonly Answer[]
}

/** The unsettled points that the results answer, in the order of {@link UNSETTLED_POINTS}. */
export function settledAnswers(
  results: readonly { readonly observations: readonly Observation[] }[],
): readonly SettledAnswer[] {
  const observations = results.flatMap((result) => result.observations)
  return Object.entries(UNSETTLED_POINTS).flatMap(([point, { number, question }]) => {
    const seen = new Set(observations.filter((observation) => observation.point === point).map(({ seen }) => seen))
    return seen.size === 0 ? [] : [{ point: point as UnsettledPoint, number, question, seen: [...seen] }]
  })
}
