// Leaks memory on purpose: loads the addon that was built to leak a block, and creates simulator events without closing them.
// node lose-memory.js <addon> <events>
import { createRequire } from 'node:module'
import { simulatorPath } from '@winport/winsock-simulator'
import koffi from 'koffi'

const [addon, events] = process.argv.slice(2)
createRequire(import.meta.url)(addon)
const createEvent = koffi.load(simulatorPath).func('void *WSACreateEvent()')
for (let event = 0; event < Number(events); event++) createEvent()
