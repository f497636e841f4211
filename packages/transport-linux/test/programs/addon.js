// The addon itself. It is loaded once in a process, so its counts are those of the transports too.
import { createRequire } from 'node:module'

export const addon = createRequire(import.meta.url)(`../../prebuilds/linux-${process.arch}/winport-linux.napi.node`)
