/** Hexadecimal digits of a trace id of 16 bytes, and of a span id of 8. */
export const TRACE_ID_DIGITS = 32;
export const SPAN_ID_DIGITS = 16;
