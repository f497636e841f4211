import { closeSync, openSync, readSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'

const CHUNK_BYTES = 64 * 1024

/** A file that receives the output of a program and can be read while it grows. Under Wine, Node cannot write to pipes. */
export class OutputFile {
  /** The stdout or stderr of the program. */
  readonly descriptor: number
  readonly #reader: number
  readonly #decoder = new StringDecoder('utf8')
  readonly #chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  #text = ''

  constructor(path: string) {
    this.descriptor = openSync(path, 'a')
    this.#reader = openSync(path, 'r')
  }

  /** Everything that was read so far. */
  get text(): string {
    return this.#text
  }

  /** Reads what the program has written since the last call. */
  readMore(): string {
    let more = ''
    for (let bytes = this.#read(); bytes > 0; bytes = this.#read()) {
      more += this.#decoder.write(this.#chunk.subarray(0, bytes))
    }
    this.#text += more
    return more
  }

  #read(): number {
    return readSync(this.#reader, this.#chunk, 0, CHUNK_BYTES, null)
  }

  close(): void {
    closeSync(this.descriptor)
    closeSync(this.#reader)
  }
}
