import type { WindowsArchitecture } from './windows-variants.js'

/** The environment of a program under Wine: `env` plus variables that select the prefix and suppress messages and windows. */
export function wineEnvironment(
  arch: WindowsArchitecture,
  prefix: string,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...rest } = env
  return {
    WINEDEBUG: '-all',
    // No offers to install Mono and Gecko, and no entries in the menu of the desktop.
    WINEDLLOVERRIDES: 'mscoree,mshtml=;winemenubuilder.exe=d',
    ...rest,
    WINEARCH: arch === 'x64' ? 'win64' : 'win32',
    WINEPREFIX: prefix,
  }
}
