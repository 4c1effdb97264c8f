/** Advice (fixes.ts) as Markdown: lines that begin with spaces are configuration, everything else is prose. `between`: what parts two lines of prose. */
export function adviceMarkdown(lines: readonly string[], between: "\n" | "\n\n"): string {
  const blocks: { readonly isCode: boolean; readonly lines: string[] }[] = [];
  for (const line of lines) {
    const isCode = line.startsWith("    ");
    const last = blocks.at(-1);
    const block = last?.isCode === isCode ? last : { isCode, lines: [] };
    if (block !== last) blocks.push(block);
    block.lines.push(isCode ? line.slice(4) : line);
  }
  return blocks.map((block) => (block.isCode ? `\`\`\`\n${block.lines.join("\n")}\n\`\`\`` : block.lines.join(between))).join("\n\n");
}
