/**
 * Where the package has its addon for this architecture.
 *
 * The URLs of the published addons are literals, because bundlers look for those. `import.meta.url` is undefined in a bundle
 * in CommonJS format: this then throws ERR_INVALID_URL.
 */
export function prebuiltAddon(): URL {
  const target = `${process.platform}-${process.arch}`
  switch (target) {
    case 'linux-x64':
      return new URL('../prebuilds/linux-x64/winport-linux.napi.node', import.meta.url)
    case 'linux-arm64':
      return new URL('../prebuilds/linux-arm64/winport-linux.napi.node', import.meta.url)
    default:
      return new URL(`../prebuilds/${target}/winport-linux.napi.node`, import.meta.url)
  }
}
