/**
 * `answer`, which MUST be pure, with its first `most` answers kept: a capture asks about a few things again and again, and a hostile one about millions. It
 * changes no answer.
 */
export function remembered<Answer>(answer: (asked: string) => Answer, most: number): (asked: string) => Answer {
  const known = new Map<string, Answer>();
  return (asked) => {
    const before = known.get(asked);
    if (before !== undefined) return before;
    const answered = answer(asked);
    if (known.size < most) known.set(asked, answered);
    return answered;
  };
}
