import { describe, expect, test } from "vitest";
import { emptyStretch, fill } from "../../src/run/hub/transfer.ts";

const HUGE = 2 ** 30;
const file = { path: "model.safetensors", size: HUGE, sha256: null, blob: null };

/** Fills a stretch of the announced gigabyte from a server that sends these parts, and then no more. */
async function filled(parts: readonly Uint8Array<ArrayBuffer>[]) {
  const stretch = emptyStretch(0, HUGE);
  let asked = 0;
  const fetch = async (): Promise<Response> => {
    const body = new ReadableStream({
      start(controller) {
        if (asked++ === 0) for (const part of parts) controller.enqueue(part);
        controller.close();
      },
    });
    return new Response(body, { status: 206 });
  };
  const problem = await fill(stretch, {
    place: { base: "http://127.0.0.1", fetch },
    ...{ path: "/x", file, signal: new AbortController().signal, report: () => undefined, pause: 0 },
  }).then(
    () => null,
    (error: Error) => error.message,
  );
  return { stretch, problem };
}

describe("a server that announces a gigabyte and sends less", () => {
  test("costs no more memory than what it sends, but for 4 MiB", async () => {
    const { stretch, problem } = await filled([Uint8Array.of(1, 2, 3)]);
    expect(problem).toMatch(/^model\.safetensors: the Hub sends no more after byte 3 of 1073741824\./);
    expect(stretch.bytes.length).toBe(4 * 2 ** 20);
  });

  test("keeps every byte while room is made", async () => {
    const parts = Array.from({ length: 9 }, (_, i) => new Uint8Array(2 ** 20).fill(i + 1));
    const { stretch } = await filled(parts);
    expect(stretch.have).toBe(9 * 2 ** 20);
    expect(stretch.bytes.length).toBeLessThanOrEqual(2 * stretch.have);
    expect(parts.map((_, i) => [stretch.bytes[i * 2 ** 20], stretch.bytes[(i + 1) * 2 ** 20 - 1]])).toEqual(
      parts.map((_, i) => [i + 1, i + 1]),
    );
  });
});
