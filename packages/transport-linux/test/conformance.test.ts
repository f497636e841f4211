import { mkdirSync, writeFileSync } from 'node:fs'
import { supportedNodesOrExplain } from '@winport/windows'
import { expect, it } from 'vitest'
import { AS_STARTED, onNetwork, runProgram, UNPRIVILEGED } from './run-program.js'

const SETTINGS = [
  AS_STARTED,
  UNPRIVILEGED,
  onNetwork('without IPv6', { 'ipv6/conf/all/disable_ipv6': '1', 'ipv6/conf/lo/disable_ipv6': '1' }),
  onNetwork('with few ephemeral ports', { 'ipv4/ip_local_port_range': '40000 40400' }),
  onNetwork('where every port is ephemeral', { 'ipv4/ip_local_port_range': '1024 65535' }),
]

const nodes = await supportedNodesOrExplain('the conformance suite of transport-linux')

for (const setting of SETTINGS) {
  it(`shows every behaviour ${setting.name}`, async () => {
    const report = await runProgram('conformance.js', [setting.name], setting)
    mkdirSync('reports', { recursive: true })
    writeFileSync(`reports/conformance ${setting.name}.txt`, report)
    expect(report).toMatch(/^\d+ shown, 0 failed, \d+ not shown$/m)
    expect(Number(/^(\d+) shown/m.exec(report)?.[1])).toBeGreaterThan(60)
  })
}

for (const { version, path } of nodes.slice(1)) {
  it(`shows every behaviour on Node.js ${version}`, async () => {
    const report = await runProgram('conformance.js', [`on Node.js ${version}`], AS_STARTED, process.env, path)
    expect(report).toMatch(/^\d+ shown, 0 failed, \d+ not shown$/m)
  })
}
