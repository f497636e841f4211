import { TransportUnavailableError } from '@winport/transport'
import { ForeignLibrary } from './foreign-functions.js'

const MAX_PATH = 260

/**
 * Windows' system directory, read with GetSystemDirectoryW: the environment of a worker thread may lack %SystemRoot%. Every
 * process has kernel32.dll loaded, so its bare name cannot load another file.
 *
 * @throws TransportUnavailableError
 */
export function readSystemDirectory(): string {
  const read = new ForeignLibrary('kernel32.dll').declare('uint32', 'GetSystemDirectoryW', ['void *', 'uint32'])
  const path = new Uint16Array(MAX_PATH)
  const length: number = read(path, path.length)
  if (length > 0 && length < path.length) return String.fromCharCode(...path.subarray(0, length))
  throw new TransportUnavailableError("Windows' system directory is unknown: GetSystemDirectoryW failed")
}
