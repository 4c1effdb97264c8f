// The report formats. Adding one = one file + one line here + its name in `reportFormatNames`.

import { json } from "./json.ts";
import type { ReportFormat, reportFormatNames } from "./report-format.ts";
import { text } from "./text/text.ts";

type OneForEach<Names extends readonly string[]> = { readonly [Name in keyof Names]: ReportFormat };

export const reportFormats: OneForEach<typeof reportFormatNames> = [text, json];
