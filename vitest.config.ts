import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/e2e/**", "node_modules/**"],
    setupFiles: ["test/setup.ts"],
    testTimeout: 60_000,
    // By default one core is left free: on a machine of two that doubles the time.
    maxWorkers: "100%",
    // Parts are pure: files of tests share the modules that are loaded already, which takes half the time of loading them.
    isolate: false,
  },
});
