import { win32 } from 'node:path'
import type { WSPUPCALLTABLE } from '@winport/definitions'
import { ForeignLibrary } from './foreign-functions.js'
import { readSystemDirectory } from './system-directory.js'
import type { UpcallAnswers } from './upcall-code.js'

/** The addresses of the functions that a provider may call. */
export type UpcallTable = Readonly<Record<(typeof WSPUPCALLTABLE)[number], bigint>>

/**
 * The functions that a service provider may call. Every entry must be present and correct: a provider uses the table that
 * it was given last for the whole process, including the sockets of ws2_32 and libuv (documentation of WSPStartup).
 *
 * Exports of ws2_32 serve for most entries. They lack the last parameter, lpErrno, which 64-bit calling conventions allow.
 * Of the other entries mswsock.dll needs only WPUModifyIFSHandle, for each new socket: the answer is the proposed handle.
 * ws2_32 determines the provider of an unknown handle itself. The table refuses upcalls for handles that are not system
 * handles and for calls on other threads: the handles of mswsock.dll are system handles, and the kernel makes its calls.
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
  return new ForeignLibrary(win32.join(readSystemDirectory(), 'user32.dll'))
}
