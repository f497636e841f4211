/** The least that an asynchronous call costs. */
export async function promise() {
  return 0
}
