import { mkdirSync, writeFileSync } from 'node:fs'
import { soundSums } from '@winport/transport/conformance'
import { leasePorts, supportedNodesOrExplain } from '@winport/windows'
import { type NativeBackend, simulatorFeatures } from '@winport/winsock-simulator'
import { describe, expect, it } from 'vitest'
import { runInOwnProcess } from './run-in-own-process.js'

/** The conformance suite with the compiled backend on every supported line of Node.js but the one that runs the other tests. */
export async function defineSupportedNodesTests(backend: NativeBackend): Promise<void> {
  const { startPort, count } = await leasePorts(1000)
  const supported = await supportedNodesOrExplain(`the conformance suite over ${backend.name}`)
  const nodes = supported.filter(({ version }) => version !== process.version)

  describe(`${backend.name} passes the whole conformance suite on the simulator`, () => {
    it.each(nodes)('on Node.js $version', async ({ version, path }) => {
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
