// Preloaded (--import) into programs that call `fetch` under Wine: there a socket whose keep-alive is set before it is connected,
// as `fetch` does, cannot be connected.
import { Socket } from 'node:net'

Socket.prototype.setKeepAlive = function () {
  return this
}
