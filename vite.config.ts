import { availableParallelism } from "node:os";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import manifest from "./package.json" with { type: "json" };
import { SCRIPT, serviceWorker } from "./tools/serviceWorker.ts";
import { stringSections } from "./tools/stringSections.ts";

/**
 * The Hugging Face Hub, for whoever presses Look up or Download, and the servers that it redirects to for large files:
 * cas-bridge.xethub.hf.co, cdn-lfs*.hf.co, us.aws.cdn.hf.co and others that change with place and time.
 */
const HUB_SERVERS = "https://huggingface.co https://*.hf.co";

/**
 * Nothing else leaves the page: what is built may load from its own folder, and index.html from the Hub; the embed, which
 * anybody may frame, reaches nobody. Text becomes neither script nor markup. Not while developing, since Vite's reloading
 * needs inline scripts. A policy in a meta element cannot say who may frame a page: see docs/embedding.md.
 */
const contentSecurityPolicy: Plugin = {
  name: "content-security-policy",
  apply: "build",
  transformIndexHtml: (_html, { path }) => [
    {
      tag: "meta",
      injectTo: "head-prepend",
      attrs: {
        "http-equiv": "Content-Security-Policy",
        content: [
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          path === "/embed.html" ? "connect-src 'self'" : `connect-src 'self' ${HUB_SERVERS}`,
          "worker-src 'self'",
          "img-src 'self' data:",
          "base-uri 'none'",
          "form-action 'none'",
          "require-trusted-types-for 'script'",
          "trusted-types default",
        ].join("; "),
      },
    },
  ],
};

/** The language of the page: `EIGENSCOPE_STRINGS=src/strings/de.ts npm run build`. */
const strings = process.env.EIGENSCOPE_STRINGS ?? "src/strings/en.ts";

/** Relative base: the built page works from any folder of any static server. */
export default defineConfig({
  base: "./",
  define: { __VERSION__: JSON.stringify(manifest.version) },
  plugins: [stringSections(strings), react(), contentSecurityPolicy, serviceWorker()],
  worker: { format: "es" },
  build: {
    target: "es2022",
    rolldownOptions: {
      input: { index: "index.html", embed: "embed.html", serviceWorker: "src/serviceWorker.ts" },
      output: {
        // A service worker has the folder of its script for its scope, and is found again by its name.
        entryFileNames: ({ name }) => (name === "serviceWorker" ? SCRIPT : "assets/[name]-[hash].js"),
      },
    },
  },
  test: {
    include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
    pool: "forks",
    // Half of the tests wait for the GPU, the other half for one thread: two at a time keep two cores busy.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 120_000,
    hookTimeout: 120_000,
    setupFiles: ["test/setup.ts"],
  },
});
