/** A static server on a port of its own: another origin than the page's, with the headers that a test is about. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
};

export interface StaticServer {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** Pages beside those of the folder, by path. */
  readonly pages: Map<string, string>;
  close(): Promise<void>;
}

/** @param host name under which the server is reached; `localhost` and `127.0.0.1` are two sites */
export async function serve(
  folder: string,
  host: "localhost" | "127.0.0.1",
  headers: Readonly<Record<string, string>> = {},
): Promise<StaticServer> {
  const pages = new Map<string, string>();
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://x").pathname);
    const answer = (status: number, type: string, body: string | Buffer) =>
      response.writeHead(status, { "content-type": type, ...headers }).end(body);
    try {
      const page = pages.get(path);
      if (page !== undefined) answer(200, TYPES[".html"], page);
      else answer(200, TYPES[extname(path)] ?? "application/octet-stream", readFileSync(join(folder, path)));
    } catch {
      // Browsers ask for an icon by themselves.
      answer(path === "/favicon.ico" ? 204 : 404, "text/plain", "");
    }
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    origin: `http://${host}:${(server.address() as AddressInfo).port}`,
    pages,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
