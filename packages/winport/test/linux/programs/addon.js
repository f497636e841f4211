// The addon itself. It is loaded once in a process, so its counts are those of the transports too.
import { createRequire } from 'node:module'

const folder = `../../../../transport-linux/prebuilds/linux-${process.arch}/`

export const addon = createRequire(import.meta.url)(`${folder}winport-linux.napi.node`)
