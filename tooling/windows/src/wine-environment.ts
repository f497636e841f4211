/** The environment of a program under Wine: `env` plus variables that select the prefix and suppress messages and windows. */
export function wineEnvironment(prefix: string, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...rest } = env
  return {
    WINEDEBUG: '-all',
    // No offers to install Mono and Gecko, and no entries in the menu of the desktop.
    WINEDLLOVERRIDES: 'mscoree,mshtml=;winemenubuilder.exe=d',
    ...rest,
    WINEARCH: 'win64',
    WINEPREFIX: prefix,
  }
}
