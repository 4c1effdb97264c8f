/**
 * The user's world is wrong (no such file, no capture, no permission): one sentence that says what and why, and what to do next.
 * Ends the program with exit code 2.
 */
export class UserError extends Error {}
