import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

// The messages of PostgreSQL's protocol: https://www.postgresql.org/docs/current/protocol-message-formats.html

const INT4 = 23

/** A server that speaks so much of PostgreSQL's protocol that a client can ask for `inet_client_port()`. */
export class PostgresServer implements AsyncDisposable {
  readonly #server = createServer(serve)

  static async listen(): Promise<PostgresServer> {
    const server = new PostgresServer()
    server.#server.listen(0, '127.0.0.1')
    await once(server.#server, 'listening')
    return server
  }

  /** The environment variables that name this server to a client. */
  get environment(): Record<string, string> {
    const { address, port } = this.#server.address() as AddressInfo
    return { PGHOST: address, PGPORT: String(port), PGUSER: 'tester', PGDATABASE: 'test' }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    await once(this.#server, 'close')
  }
}

function serve(client: Socket): void {
  let received = Buffer.alloc(0)
  let started = false
  client.on('data', (data) => {
    received = Buffer.concat([received, data])
    // Every message begins with its type, a byte, and its length. The first one, StartupMessage, has no type.
    for (;;) {
      const typeBytes = started ? 1 : 0
      if (received.length < typeBytes + 4) return
      const end = typeBytes + received.readInt32BE(typeBytes)
      if (received.length < end) return
      const type = started ? received.toString('latin1', 0, 1) : 'startup'
      received = received.subarray(end)
      started = true
      if (type === 'startup') client.write(Buffer.concat([message('R', int32(0)), message('Z', text('I'))]))
      else if (type === 'Q') client.write(queryResult('port', String(client.remotePort)))
      else if (type === 'X') client.end()
    }
  })
}

/** One row of one int4. */
function queryResult(column: string, value: string): Buffer {
  return Buffer.concat([
    message('T', int16(1), text(`${column}\0`), int32(0), int16(0), int32(INT4), int16(4), int32(-1), int16(0)),
    message('D', int16(1), int32(value.length), text(value)),
    message('C', text('SELECT 1\0')),
    message('Z', text('I')),
  ])
}

function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([text(type), int32(body.length + 4), body])
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function text(value: string): Buffer {
  return Buffer.from(value, 'latin1')
}
