/**
 * Where the package has its addon for this platform and architecture.
 *
 * The URLs of the published addons are literals, because bundlers look for those. `import.meta.url` is undefined in a bundle
 * in CommonJS format: this then throws ERR_INVALID_URL.
 */
export function prebuiltAddon(): URL {
  const target = `${process.platform}-${process.arch}`
  switch (target) {
    case 'win32-x64':
      return new URL('../prebuilds/win32-x64/winport-transport.napi.node', import.meta.url)
    case 'win32-ia32':
      return new URL('../prebuilds/win32-ia32/winport-transport.napi.node', import.meta.url)
    case 'win32-arm64':
      return new URL('../prebuilds/win32-arm64/winport-transport.napi.node', import.meta.url)
    default:
      return new URL(`../prebuilds/${target}/winport-transport.napi.node`, import.meta.url)
  }
}
