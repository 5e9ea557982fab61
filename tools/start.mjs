/** npm start -- [--port N] [--host NAME] [--open]: installs what is missing, builds the page, serves it. */

import { parseArgs } from "node:util";
import { ROOT, runCommand, SetupError, setUp } from "./setup.mjs";

const FLAGS = /** @type {const} */ ({
  port: { type: "string", default: "4173" },
  host: { type: "string", default: "localhost" },
  open: { type: "boolean", default: false },
});

await runCommand(async () => {
  const { port, host, open } = readFlags();
  await setUp();
  const { build, preview } = await import("vite");
  const config = { root: ROOT, logLevel: /** @type {const} */ ("warn") };
  await build(config);
  // The next free port is taken if this one is not.
  const server = await preview({ ...config, preview: { port, host, open } });
  const [address] = [...(server.resolvedUrls?.local ?? []), ...(server.resolvedUrls?.network ?? [])];
  process.stdout.write(`Eigenscope is at ${address}\nStop it with Ctrl+C.\n`);
  if (host !== "localhost" && host !== "127.0.0.1") {
    process.stdout.write(
      "From other machines browsers offer WebGPU over https only; stored runs show anyway.\n",
    );
  }
  return 0;
});

function readFlags() {
  try {
    const { values } = parseArgs({ options: FLAGS });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65535) {
      throw new TypeError(`--port: expected 0 to 65535, found "${values.port}".`);
    }
    return { ...values, port };
  } catch (error) {
    throw new SetupError(
      `${error instanceof Error ? error.message : error}\nUsage: npm start -- [--port N] [--host NAME] [--open]`,
    );
  }
}
