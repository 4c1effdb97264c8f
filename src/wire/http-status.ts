/** Request Header Fields Too Large (RFC 6585 §5). */
export const HEADER_TOO_LARGE = 431;
