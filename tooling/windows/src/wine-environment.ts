/** The environment of a Wine program: the caller's, plus what keeps Wine quiet, in its prefix and off the desktop. */
export function wineEnvironment(prefix: string, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...rest } = env
  return {
    WINEDEBUG: '-all',
    // Off: the offers to install Mono and Gecko, and the entries in the desktop's menu.
    WINEDLLOVERRIDES: 'mscoree,mshtml=;winemenubuilder.exe=d',
    ...rest,
    WINEARCH: 'win64',
    WINEPREFIX: prefix,
  }
}
