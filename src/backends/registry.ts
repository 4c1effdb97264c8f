import type { ApiGeneration } from "./api-generation.ts";
import { jaegerV2 } from "./jaeger-v2.ts";
import { jaegerV3 } from "./jaeger-v3.ts";

/** In the order in which they are tried: the next where a server does not implement the one before. */
export const API_GENERATIONS: readonly ApiGeneration[] = [jaegerV3, jaegerV2];
