import { checkObject, ipHelperError, outOfRange, winsockError } from '@winport/definitions'
import { DEFAULT_WORLD, WORLD_ANSWERS, type World } from '@winport/transport/backend'

/** The points of a world at which Windows may answer with an error. */
type ErrorPoint = {
  [Point in keyof World]: Extract<World[Point], `WSA${string}` | `ERROR_${string}`> extends never ? never : Point
}[keyof World]

/** A world's error numbers; 0 where the call succeeds. */
export type ErrorNumbers = Readonly<Record<ErrorPoint, number>>

/** @throws TypeError, RangeError for a point or an answer that does not exist */
export function resolveWorld(answers: Partial<World> = {}): World {
  checkObject('world', answers)
  for (const [point, answer] of Object.entries(answers)) {
    const known: readonly unknown[] | undefined = Object.hasOwn(WORLD_ANSWERS, point)
      ? WORLD_ANSWERS[point as keyof World]
      : undefined
    if (known === undefined)
      throw outOfRange('world', `an object with only the points ${Object.keys(WORLD_ANSWERS).join(', ')}`, point)
    if (!known.includes(answer)) throw outOfRange(`world.${point}`, `one of ${known.join(', ')}`, answer)
  }
  return { ...DEFAULT_WORLD, ...answers }
}

export function errorNumbersOf(world: World): ErrorNumbers {
  const numbers = Object.entries(world).map(([point, answer]) => [
    point,
    (winsockError(answer) ?? ipHelperError(answer))?.number ?? 0,
  ])
  return Object.fromEntries(numbers)
}
