/**
 * Checks that an object has no other options than the known ones. An option whose value is undefined counts as absent.
 *
 * @param options The options object.
 * @param known The names of the known options.
 * @throws TypeError `ERR_INVALID_ARG_VALUE`
 */
export function checkKnownOptions(options: object, known: readonly string[]): void {
  // Unlike Object.keys this makes no array, and it is in every call.
  for (const name in options) {
    if (known.includes(name) || !Object.hasOwn(options, name) || Reflect.get(options, name) === undefined) continue
    const message = `The option "${name}" is unknown. The known options are ${known.join(', ')}.`
    throw Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_VALUE' } as const)
  }
}
