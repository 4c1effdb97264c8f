import { defineConfig } from "vitest/config";

// Against a real Jaeger: JAEGER_BIN names its binary (../shared/tools/build-jaeger.sh builds one).
export default defineConfig({ test: { include: ["test/e2e/**/*.test.ts"], testTimeout: 120_000, hookTimeout: 60_000 } });
