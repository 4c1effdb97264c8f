// Codes of characters that text protocols are made of, by their names in RFC 5234 B.1.

export const HTAB = 9;
export const LF = 10;
export const CR = 13;
export const SP = 32;
/** It ends a field name (RFC 9112 §5). */
export const COLON = 58;
