/** The highest port number of a protocol. */
export const LAST_PORT = 65_535

/**
 * The dynamic range of a Windows whose range was never changed: 49152 to 65535. Wildcard reservations and ephemeral ports
 * come from the dynamic range.
 *
 * @see https://learn.microsoft.com/en-us/troubleshoot/windows-server/networking/default-dynamic-port-range-tcpip-chang
 */
export const DEFAULT_DYNAMIC_RANGE: { readonly startPort: number; readonly count: number } = {
  startPort: 49_152,
  count: 16_384,
}
