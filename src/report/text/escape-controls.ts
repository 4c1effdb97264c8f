// Paths, field values, names and capture files come from strangers: what would steer a terminal, or make text read as what it is not, is shown
// as an escape instead.

/** C0 and C1 controls, DEL; zero-width and bidirectional marks (Unicode TR 36); line separators; BOM; lone surrogates. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu;

export function escapeControls(text: string): string {
  return text.replace(UNSAFE, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}
