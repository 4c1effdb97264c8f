// `--annotate`: the captures written back as one pcapng, with the verdicts as comments on the packets that prove them.

import { stat } from "node:fs/promises";
import type { Inspection } from "../diagnosis/inspection.ts";
import { KeyLog } from "../protocols/tls/key-log.ts";
import { annotate } from "../report/annotations.ts";
import { toolName, toolVersion } from "../report/tool.ts";
import { STDIN } from "../sources/open-source.ts";
import type { CaptureSeries } from "../sources/rotated-files.ts";
import { writeAnnotated } from "../sources/write-annotated.ts";
import { UserError } from "../wire/user-error.ts";
import { counted } from "../wire/words.ts";
import type { World } from "./world.ts";

/** Before anything is read. Throws `UserError` where captures cannot be read a second time. */
export async function checkAnnotate(file: string | undefined, paths: readonly string[]): Promise<void> {
  if (file === undefined) return;
  for (const path of paths) {
    const source = path === STDIN ? undefined : await stat(path).catch(() => undefined);
    if (path === STDIN || (source !== undefined && !source.isFile()))
      throw new UserError(
        `--annotate reads the captures a second time, and ${path === STDIN ? "standard input" : path} can be read only once. Save it in a file first, and name that.`,
      );
  }
}

export async function annotateCaptures(
  file: string,
  series: readonly CaptureSeries[],
  inspection: Inspection,
  isQuiet: boolean,
  world: World,
): Promise<void> {
  const annotations = annotate(inspection);
  const packets = await writeAnnotated(file, series, {
    application: `${toolName} ${toolVersion}`,
    commentsOf: (capture, frame) => annotations.of(capture, frame),
    holdsSecrets,
  });
  if (isQuiet) return;
  const cut = annotations.isCut ? `, the first ${annotations.size}` : "";
  world.stderr.write(
    `traceinspect: ${counted(packets, "packet")} in ${file}, ${annotations.size} with comments${cut} (Wireshark filter: frame.comment).\n`,
  );
}

function holdsSecrets(comment: Uint8Array): boolean {
  const keyLog = new KeyLog();
  keyLog.push(comment);
  keyLog.endInput();
  return keyLog.lines > 0;
}
