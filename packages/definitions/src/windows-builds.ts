/** Windows Vista: the first build that has port reservations. Microsoft's pages on the three control codes. */
export const WINDOWS_VISTA = 6000

/** Windows 10, version 1809: the first build on which msquic relies on port reservations (datapath_winuser.c). */
export const WINDOWS_10_1809 = 17_763
