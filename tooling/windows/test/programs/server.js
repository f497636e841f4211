// Sends the platform to every TCP client until it is killed.
import { createServer } from 'node:net'

const server = createServer((socket) => socket.end(process.platform))
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address()?.port}`))
