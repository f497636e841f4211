/** The caller is not an administrator or its process is not elevated. */
export const ERROR_ACCESS_DENIED = 5
/** A port of the range is in use, or the range overlaps a persistent reservation. */
export const ERROR_SHARING_VIOLATION = 32
/** This system does not support the request. */
export const ERROR_NOT_SUPPORTED = 50
/** The start port or the number of ports is 0, or the range ends past the last port. */
export const ERROR_INVALID_PARAMETER = 87
/** A buffer is too small for the result. */
export const ERROR_INSUFFICIENT_BUFFER = 122
/** The library does not export the function. */
export const ERROR_PROC_NOT_FOUND = 127
/** More of the result is available. */
export const ERROR_MORE_DATA = 234
/** The call was cancelled or its thread ended. */
export const ERROR_OPERATION_ABORTED = 995
/** No persistent reservation has exactly this range. */
export const ERROR_NOT_FOUND = 1168
