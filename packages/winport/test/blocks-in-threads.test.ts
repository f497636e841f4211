import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { leasePorts } from '@winport/windows'
import { describe, expect, it } from 'vitest'

const PROGRAM = fileURLToPath(new URL('programs/threads-on-simulator.js', import.meta.url))

describe.each(['koffi', 'napi'])('a block over %s', (backend) => {
  it('is used in a worker thread until its owner releases it, and is refused in another process', async () => {
    const { startPort, count } = await leasePorts(200)
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, backend, `${startPort}+${count}`])
    expect(JSON.parse(stdout)).toEqual({
      ports: [true, true],
      served: 'from the worker',
      inChild: 'ERR_RESERVATION_UNSUPPORTED',
      beforeRelease: { released: false, openSockets: 3, runtimeReservations: 1, pendingCalls: 0 }, // the anchor and two servers
      afterRelease: { code: 'ERR_RESERVATION_NOT_FOUND' },
      stillServed: 'from the worker',
      left: { openSockets: 0, runtimeReservations: 0, pendingCalls: 0 },
    })
  })
})
