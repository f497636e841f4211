import { once } from 'node:events'
import { get } from 'node:http'
import { connect as http2Connect, type SecureClientSessionOptions } from 'node:http2'
import { connect, createServer, type Server } from 'node:net'

/** A server that sends its greeting to each client, and ends the connection. */
export function greeter(greeting = 'hello'): Server {
  return createServer((socket) => socket.on('error', () => {}).end(greeting))
}

/** Connects, and reads until the server ends the connection. */
export async function readFrom(port: number, host = '127.0.0.1'): Promise<string> {
  return await read(connect(port, host))
}

/** Returns the body of the response to a GET. */
export async function httpGet(port: number, host = '127.0.0.1'): Promise<string> {
  const request = get({ host, port, agent: false })
  const [response] = await once(request, 'response')
  return await read(response)
}

/** Reads a stream to its end. */
export async function read(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return text
}

/** Requests `/` over HTTP/2. @returns the body, once the session is closed */
export async function http2Get(url: string, options: SecureClientSessionOptions = {}): Promise<string> {
  const session = http2Connect(url, options)
  try {
    return await read(session.request({ ':path': '/' }))
  } finally {
    const closed = once(session, 'close')
    session.destroy()
    await closed
  }
}
