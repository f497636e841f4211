// Prints a line with what the doctor says of a UDP socket of this process, and one with `winport map --json`.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { explainPort } from '@winport/doctor'
import { createNapiTransport } from '@winport/transport-napi'
import { map } from '../../dist/cli/map-command.js'

const socket = createSocket('udp4').bind(0, '127.0.0.1')
await once(socket, 'listening')
const transport = createNapiTransport()
const { port } = socket.address()
console.log(JSON.stringify(await explainPort({ protocol: 'udp', port, host: '127.0.0.1', transport })))
await map('tcp', { json: true })
await transport.close()
socket.close()
