import { describe, expect, it } from 'vitest'
import { parseNetstat } from '../src/windows/netstat-table.js'
import { parseTaskNames } from '../src/windows/task-name.js'

const GERMAN = `
Aktive Verbindungen

  Proto  Lokale Adresse         Remoteadresse          Status           PID
  TCP    0.0.0.0:3000           0.0.0.0:0              ABH\u00d6REN         1012
  TCP    10.0.0.2:3000          93.184.216.34:443      HERGESTELLT     14233
  TCP    10.0.0.2:3000          93.184.216.34:444      WARTEND         0
  TCP    10.0.0.2:3001          93.184.216.34:3000     HERGESTELLT     14233
  TCP    [::]:3000              [::]:0                 ABH\u00d6REN         4
  TCP    [fe80::1%12]:3000      [::]:0                 ABH\u00d6REN         4
  UDP    0.0.0.0:3000           *:*                                    77
  UDP    [::1]:3000             *:*                                    78
`.replaceAll('\n', '\r\n')

describe('parseNetstat', () => {
  it('reads the sockets of a TCP port without reading a word', () => {
    expect(parseNetstat(GERMAN, 'tcp', 3000)).toEqual([
      { address: '0.0.0.0', port: 3000, remote: null, state: 'LISTEN', pid: 1012 },
      { address: '10.0.0.2', port: 3000, remote: '93.184.216.34:443', state: 'CONNECTED', pid: 14_233 },
      { address: '10.0.0.2', port: 3000, remote: '93.184.216.34:444', state: 'TIME_WAIT', pid: null },
      { address: '::', port: 3000, remote: null, state: 'LISTEN', pid: 4 },
      { address: 'fe80::1%12', port: 3000, remote: null, state: 'LISTEN', pid: 4 },
    ])
  })

  it('reads the sockets of a UDP port', () => {
    expect(parseNetstat(GERMAN, 'udp', 3000)).toEqual([
      { address: '0.0.0.0', port: 3000, remote: null, state: 'BOUND', pid: 77 },
      { address: '::1', port: 3000, remote: null, state: 'BOUND', pid: 78 },
    ])
  })

  it('reads the sockets of every port without one', () => {
    expect(parseNetstat(GERMAN, 'tcp')?.map(({ port }) => port)).toEqual([3000, 3000, 3000, 3001, 3000, 3000])
  })

  it('finds nothing at a port that no socket has', () => {
    expect(parseNetstat(GERMAN, 'tcp', 443)).toEqual([])
  })

  it('reads rows without a process ID, and with a state of two words', () => {
    const text = '  TCP    0.0.0.0:80    0.0.0.0:0    EN ESCUCHA\n  TCP    127.0.0.1:80    127.0.0.1:5000    A B    9\n'
    expect(parseNetstat(text, 'tcp', 80)).toEqual([
      { address: '0.0.0.0', port: 80, remote: null, state: 'LISTEN', pid: null },
      { address: '127.0.0.1', port: 80, remote: '127.0.0.1:5000', state: 'CONNECTED', pid: 9 },
    ])
  })

  it.each([
    '',
    'Aktive Verbindungen\r\n\r\n  Proto  Lokale Adresse\r\n',
    '  TCP    127.0.0.1:80    127.0.0.1:64999    TIME_WAIT\n  UDP    0.0.0.0:80    *:*    9\n', // Wine 8
  ])('returns undefined for %j', (text) => {
    expect(parseNetstat(text, 'tcp', 80)).toBeUndefined()
  })
})

describe('parseTaskNames', () => {
  it('finds the names of the processes', () => {
    const text = '"node.exe","14233","Console","1","50.000 K"\r\n"System","4","Services","0","100 K"\r\n'
    expect(parseTaskNames(text)).toEqual(
      new Map([
        [14_233, 'node.exe'],
        [4, 'System'],
      ]),
    )
  })

  it.each(['', 'INFORMATION: Es werden keine Aufgaben ausgef\u00fchrt.\r\n'])('returns undefined for %j', (text) => {
    expect(parseTaskNames(text)).toBeUndefined()
  })
})
