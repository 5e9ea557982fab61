/** What Playwright has no session for (workers, tabs that it does not know), spoken to through a session that knows of it. */

import type { CDPSession } from "@playwright/test";

/** Sends a command and returns its answer; throws what Chromium answers instead. */
export type Ask = <T = unknown>(method: string, params?: object) => Promise<T>;

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** @param sessionId of a target that was attached to without `flatten` */
export function speakTo(
  session: CDPSession,
  sessionId: string,
  onEvent: (method: string, params: unknown) => void = () => {},
): Ask {
  let last = 0;
  const waiting = new Map<number, (answer: Message) => void>();
  session.on("Target.receivedMessageFromTarget", (received) => {
    if (received.sessionId !== sessionId) return;
    const message: Message = JSON.parse(received.message);
    if (message.method !== undefined) onEvent(message.method, message.params);
    else if (message.id !== undefined) waiting.get(message.id)?.(message);
  });
  return <T>(method: string, params: object = {}) =>
    new Promise<T>((resolve, reject) => {
      const id = ++last;
      waiting.set(id, ({ error, result }) => {
        waiting.delete(id);
        if (error === undefined) resolve(result as T);
        else reject(new Error(`${method}: ${error.message}`));
      });
      const message = JSON.stringify({ id, method, params });
      session.send("Target.sendMessageToTarget", { sessionId, message }).catch(reject);
    });
}
