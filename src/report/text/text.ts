import type { ReportFormat } from "../report-format.ts";

export const text: ReportFormat = {
  name: "text",
  write(inspection, _options, sink) {
    for (const f of inspection.diagnosis.findings) sink(`${f.severity} ${f.verdict}/${f.cause} ${f.culprit?.name} ${f.message}\n`);
  },
};
