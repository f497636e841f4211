/**
 * The arguments of a call of `listen` or `bind`, in whatever form, with `exclusive: true`: without it a cluster worker asks the
 * primary for the socket.
 *
 * @param host the name of the option that has the host
 * @param passes whether the call, by its first argument, names no port: then its arguments stay as they are
 */
export function exclusively(
  args: readonly unknown[],
  host: 'host' | 'address',
  passes: (first: unknown) => boolean,
): readonly unknown[] {
  const [first, second] = args
  if (passes(first)) return args
  const callbacks = args.filter((value) => typeof value === 'function')
  if (typeof first === 'object' && first !== null) return [{ ...first, exclusive: true }, ...callbacks]
  const options = {
    port: typeof first === 'function' ? undefined : first,
    [host]: typeof second === 'string' ? second : undefined,
    backlog: args.slice(1).find((value) => typeof value === 'number'),
    exclusive: true,
  }
  return [options, ...callbacks]
}
