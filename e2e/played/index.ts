/** States of the page that a real engine reaches rarely or slowly: its worker is replaced by a play (worker.ts). */
import { build, type Rolldown } from "vite";
import type { Page } from "../page.ts";
import type { Scene } from "./scene.ts";

export type { Scene } from "./scene.ts";

let script: Promise<string> | null = null;

async function bundle(): Promise<string> {
  const built = (await build({
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      lib: { entry: "e2e/played/worker.ts", formats: ["es"], fileName: "worker" },
    },
  })) as Rolldown.RolldownOutput[];
  const [chunk] = built[0].output;
  return chunk.code;
}

/** From now on the page's engine is a play. */
export async function play(page: Page, scene: Partial<Scene> & Pick<Scene, "result">): Promise<void> {
  script ??= bundle();
  const body = `const SCENE = ${JSON.stringify({ tick: 0, ...scene })};\n${await script}`;
  await page.unroute(/assets\/worker-[^/]*\.js$/);
  await page.route(/assets\/worker-[^/]*\.js$/, (route) =>
    route.fulfill({ contentType: "text/javascript", body }),
  );
}
