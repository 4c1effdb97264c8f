// The report formats. Adding one = one file + one line here.

import { json } from "./json.ts";
import type { ReportFormat } from "./report-format.ts";
import { text } from "./text/text.ts";

export const reportFormats: readonly ReportFormat[] = [text, json];
