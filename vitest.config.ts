import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/e2e/**", "node_modules/**"],
    testTimeout: 60_000,
    // By default one core is left free: on a machine of two that doubles the time.
    maxWorkers: "100%",
  },
});
