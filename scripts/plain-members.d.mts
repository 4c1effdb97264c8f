/** Code with private members as plain ones; `nextNumber` gives each class its number. */
export function rewritten(code: string, nextNumber: () => number): string;
