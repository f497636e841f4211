import { posix, win32 } from 'node:path'
import { endpoint } from './address-overlap.js'
import type { Holder } from './port-explanation.js'

/** The program of Windows that forwards the ports of programs inside WSL 2. */
const WSL_RELAY = 'wslrelay.exe'

/**
 * `node (14233, started 2026-11-28 09:14) listens on [::]:3000`
 *
 * @param port the port, or the ports that the process has in the same way: `3000-3009`
 */
export function holderText(holder: Holder, port: number | string): string {
  if (holder.state === 'TIME_WAIT') {
    const place = endpoint(holder.address, port)
    return `A closed connection from ${place} to ${holder.remote} keeps the port for some minutes (TIME_WAIT)`
  }
  return `${programText(holder)} ${activityText(holder, port)}`
}

/** The name of the program, without its folder. */
export function imageName(image: string): string {
  return image.includes('\\') ? win32.basename(image) : posix.basename(image)
}

/** `node (14233, started 2026-11-28 09:14)` */
export function programText({ pid, image, user, services, started, since }: Holder): string {
  if (pid === null) return user === null ? 'A process' : `A process of user ${user}`
  const details = [
    String(pid),
    ...(services === null || services.length === 0 ? [] : [servicesText(services)]),
    ...(started !== null && since === null ? [`started ${localTime(started)}`] : []),
  ]
  return `${image === null ? 'Process' : imageName(image)} (${details.join(', ')})`
}

const SHOWN_SERVICES = 3

/** `services Dnscache, LanmanWorkstation, NlaSvc and 2 more` */
export function servicesText(services: readonly string[]): string {
  const more = services.length - SHOWN_SERVICES
  const names = services.slice(0, SHOWN_SERVICES).join(', ')
  return `service${services.length === 1 ? '' : 's'} ${names}${more > 0 ? ` and ${more} more` : ''}`
}

function activityText({ state, address, image, since, remote }: Holder, port: number | string): string {
  const place = endpoint(address, port)
  const time = since === null ? '' : ` since ${localTime(since)}`
  const client = image !== null && imageName(image).toLowerCase() === WSL_RELAY ? ' for a program inside WSL' : ''
  if (state === 'LISTEN') return `listens on ${place}${client}${time}`
  if (remote === null) return `is bound to ${place}${time}`
  return `has a connection from ${place} to ${remote} (${state})${time}`
}

/** `2026-11-28 09:14` in the time zone of this process. By hand, because the first use of Intl takes as long as everything else. */
function localTime(iso: string): string {
  const time = new Date(iso)
  const [month, day, hour, minute] = [time.getMonth() + 1, time.getDate(), time.getHours(), time.getMinutes()].map(
    twoDigits,
  )
  return `${time.getFullYear()}-${month}-${day} ${hour}:${minute}`
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0')
}
