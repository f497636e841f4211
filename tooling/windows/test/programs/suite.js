// A node:test suite that passes and leaves a server open.
import assert from 'node:assert'
import { createServer } from 'node:net'
import { it } from 'node:test'

it('listens and does not close', async () => {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, resolve))
  assert.equal(process.platform, 'win32')
})
