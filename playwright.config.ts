/** End-to-end tests: a real Chromium on the production build, served from a free port. */
import { execFileSync } from "node:child_process";
import { defineConfig } from "@playwright/test";
import { NOT_SLOWED } from "./test/reliability/tabs.ts";
import { findChromium } from "./tools/chromium.mjs";

/** The workers read this file again: the port is chosen once and handed on. */
process.env.EIGENSCOPE_PORT ??= execFileSync(process.execPath, [
  "-e",
  "const s = require('net').createServer().listen(0, () => { console.log(s.address().port); s.close(); })",
])
  .toString()
  .trim();
const port = process.env.EIGENSCOPE_PORT;
const address = `http://localhost:${port}/`;

/** A system Chromium if there is one, else the one that `npx playwright install chromium` brings. */
const executablePath = findChromium();

const quiet = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const launch = (args: readonly string[], without: readonly string[] = []) => ({
  launchOptions: {
    args: [...quiet, ...args],
    ignoreDefaultArgs: [...without],
    ...(executablePath === null ? {} : { executablePath }),
  },
});

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results/e2e",
  snapshotPathTemplate: "e2e/snapshots/{arg}{ext}",
  workers: 1,
  // Software adapters of small machines: a run of a few products takes half a minute.
  timeout: 240_000,
  expect: { timeout: 15_000 },
  reporter: [["line"], ["json", { outputFile: "test-results/e2e.json" }]],
  // Service workers would answer in the place of the network that specs watch; e2e/offline.spec.ts allows them.
  use: {
    actionTimeout: 30_000,
    baseURL: address,
    viewport: { width: 1440, height: 900 },
    serviceWorkers: "block",
  },
  webServer: {
    command: `npx vite build && npx vite preview --port ${port} --strictPort`,
    url: address,
    timeout: 120_000,
  },
  projects: [
    {
      name: "webgpu",
      testIgnore: /no-webgpu|reliability/,
      use: launch(["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"]),
    },
    {
      // Crashes of the GPU process: by themselves two of them would cost the adapter for two minutes. Hidden tabs: as slow as
      // for everybody.
      name: "crashes",
      testMatch: /reliability/,
      use: launch(
        [
          ...["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"],
          ...["--disable-domain-blocking-for-3d-apis", "--disable-gpu-process-crash-limit"],
        ],
        NOT_SLOWED,
      ),
    },
    { name: "no-webgpu", testMatch: /no-webgpu/, use: launch(["--disable-features=WebGPU"]) },
  ],
});
