import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename } from 'node:path'
import type { PackedPackage } from './packed-packages.js'

/** A local registry of the packed packages. It redirects requests for other packages to the public registry. */
export interface PackageRegistry extends AsyncDisposable {
  readonly url: string
}

const PUBLIC_REGISTRY = process.env['npm_config_registry'] ?? 'https://registry.npmjs.org/'

export async function startPackageRegistry(packages: readonly PackedPackage[]): Promise<PackageRegistry> {
  const documents = new Map<string, (url: string) => unknown>()
  const tarballs = new Map<string, Buffer>()
  for (const { name, version, tarball, manifest } of packages) {
    const bytes = readFileSync(tarball)
    const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`
    const shasum = createHash('sha1').update(bytes).digest('hex')
    tarballs.set(`tarballs/${basename(tarball)}`, bytes)
    documents.set(name, (url) => ({
      name,
      'dist-tags': { latest: version },
      versions: {
        [version]: { ...manifest, dist: { tarball: `${url}tarballs/${basename(tarball)}`, integrity, shasum } },
      },
      time: { [version]: '2026-01-01T00:00:00.000Z' },
    }))
  }

  const answer: RequestListener = (request, response) => {
    const path = decodeURIComponent((request.url ?? '').slice(1))
    const document = documents.get(path)
    const tarball = tarballs.get(path)
    if (tarball !== undefined) response.end(tarball)
    else if (document !== undefined) {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(document(url)))
    } else if (path.startsWith('@winport/')) response.writeHead(404).end()
    else response.writeHead(302, { location: new URL(request.url?.slice(1) ?? '', PUBLIC_REGISTRY).href }).end()
  }
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`

  return {
    url,
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
