import { expect, it } from 'vitest'
import { runProgram } from './run-program.js'

it('says how many ports were wanted and how many files may be open, and keeps no port', async () => {
  const limited = { name: 'with few files', command: ['sh', '-c', 'ulimit -n 200 && exec "$@"', 'sh'] }
  const { errors, left, count } = JSON.parse(await runProgram('descriptors.js', [], limited))
  expect(errors).toHaveLength(2)
  for (const { code, cause } of errors) {
    expect(code).toBe('EMFILE')
    expect(cause).toBe(
      '500 ports were wanted, and each takes one file descriptor. This process may open 200 files (ulimit -Hn: 200). ' +
        'Ask for fewer ports, or raise the limit.',
    )
  }
  expect(left).toEqual({ holds: 0, ports: 0 })
  expect(count).toBe(5)
})

it('tries the port first that refused the last block, and not hundreds below it', async () => {
  const limited = { name: 'with few files', command: ['sh', '-c', 'ulimit -n 200 && exec "$@"', 'sh'] }
  expect(JSON.parse(await runProgram('busy-port.js', [], limited))).toEqual({
    codes: ['ERR_PORT_RANGE_IN_USE', 'ERR_PORT_RANGE_IN_USE'],
    left: { holds: 0, ports: 0 },
    count: 1,
  })
})
