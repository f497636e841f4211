import { dirname, win32 } from 'node:path'
import type { WSPUPCALLTABLE } from '@winport/definitions'
import { systemLibraries } from '@winport/transport/native'
import { ForeignLibrary } from './foreign-functions.js'
import type { UpcallAnswers } from './upcall-code.js'

/** The addresses of what a provider may call. */
export type UpcallTable = Readonly<Record<(typeof WSPUPCALLTABLE)[number], bigint>>

/**
 * What a service provider may call, of which no entry may be missing or wrong: a provider uses the table that it was given
 * last for all of the process (so WSPStartup is documented), for the sockets of ws2_32 and of libuv too. What ws2_32
 * exports stands in for most of it: it ignores the last argument, lpErrno, as 64-bit calling conventions allow. Of the rest
 * mswsock needs WPUModifyIFSHandle alone, whenever a socket is made: the handle that it proposes is the socket. ws2_32
 * then finds by itself which provider a handle that it has not met is of. What concerns handles that are not the
 * system's, and calls made on a thread by another, is refused: mswsock's are the system's, and its calls the kernel's.
 */
export function upcallTable(winsock: ForeignLibrary, answers: UpcallAnswers): UpcallTable {
  return {
    lpWPUCloseEvent: winsock.addressOf('WSACloseEvent'),
    lpWPUCloseSocketHandle: answers.refuse2,
    lpWPUCreateEvent: winsock.addressOf('WSACreateEvent'),
    lpWPUCreateSocketHandle: answers.refuse3,
    lpWPUFDIsSet: winsock.addressOf('__WSAFDIsSet'),
    lpWPUGetProviderPath: winsock.addressOf('WSCGetProviderPath'),
    lpWPUModifyIFSHandle: answers.second,
    lpWPUPostMessage: process.platform === 'win32' ? user32().addressOf('PostMessageW') : answers.zero,
    lpWPUQueryBlockingCallback: answers.noCallback,
    lpWPUQuerySocketHandleContext: answers.refuse3,
    lpWPUQueueApc: answers.refuse4,
    lpWPUResetEvent: winsock.addressOf('WSAResetEvent'),
    lpWPUSetEvent: winsock.addressOf('WSASetEvent'),
    lpWPUOpenCurrentThread: answers.refuse2,
    lpWPUCloseThread: answers.refuse2,
  }
}

function user32(): ForeignLibrary {
  return new ForeignLibrary(win32.join(dirname(systemLibraries(process.env).kernel), 'user32.dll'))
}
