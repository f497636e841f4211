import { once } from 'node:events'
import { get } from 'node:http'
import { connect, createServer, type Server } from 'node:net'

/** A server that says its greeting to whoever connects, and hangs up. */
export function greeter(greeting = 'hello'): Server {
  return createServer((socket) => socket.on('error', () => {}).end(greeting))
}

/** Connects, and reads what the server says until it hangs up. */
export async function readFrom(port: number, host = '127.0.0.1'): Promise<string> {
  return await read(connect(port, host))
}

/** The body of the answer to a GET. */
export async function httpGet(port: number, host = '127.0.0.1'): Promise<string> {
  const request = get({ host, port, agent: false })
  const [response] = await once(request, 'response')
  return await read(response)
}

/** Everything that a stream has to say. */
export async function read(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return text
}
