import type { Cluster } from 'node:cluster'

/** Whether this process is a worker of node:cluster. The first call loads that module: most programs never need it. */
export function isClusterWorker(): boolean {
  const cluster: unknown = process.getBuiltinModule('node:cluster') // its type is that of an imported namespace
  return (cluster as Cluster).isWorker
}
