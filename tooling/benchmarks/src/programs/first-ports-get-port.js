import getPort from 'get-port'

const ports = await Promise.all(Array.from({ length: 20 }, () => getPort()))
if (ports.length !== 20) throw new Error('no 20 ports')
