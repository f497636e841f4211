/** The output of `serveOnce` (programs/serve-once.mjs) when everything works. */
export function servedOn(transport: string): Readonly<Record<string, unknown>> {
  return { transport, answer: 'hello', ofTheBlock: true, held: 0 }
}
