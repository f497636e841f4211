/** How the report on the simulator ends, which can show all but what only an old Windows, or a lack of the facility, would. */
export const CONFORMANCE_ON_SIMULATOR: RegExp = /^69 shown, 0 failed, 2 not shown$/m
