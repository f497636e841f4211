import { mkdirSync, writeFileSync } from 'node:fs'
import { soundSums } from '@winport/transport/conformance'
import { supportedNodesOrExplain } from '@winport/windows'
import { type NativeBackend, simulatorFeatures } from '@winport/winsock-simulator'
import { describe, expect, it } from 'vitest'
import { runInOwnProcess } from './run-in-own-process.js'
import type { TestPorts } from './test-ports.js'

/** The conformance suite over the compiled backend on every supported line of Node.js. */
export async function defineSupportedNodesTests(backend: NativeBackend, ports: TestPorts): Promise<void> {
  const nodes = await supportedNodesOrExplain(`the conformance suite over ${backend.name}`)

  describe(`${backend.name} passes the conformance suite on the simulator, and shows all of it`, () => {
    it.each(nodes)('on Node.js $version', { timeout: 60_000 }, async ({ version, path }) => {
      const { startPort, count } = ports
      const report = await runInOwnProcess(backend, {
        node: path,
        passed: ['conformance-report', String(startPort), String(count)],
      })
      mkdirSync('reports', { recursive: true })
      writeFileSync(`reports/conformance-node-${version}.txt`, report)
      expect(report.split('\n')[0]).toBe(`Node.js ${version} on ${process.platform} ${process.arch}`)
      expect(report.split('\n')).toContain(soundSums(simulatorFeatures))
    })
  })
}
