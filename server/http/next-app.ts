import { type IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { NextHandler } from "./pages";

export interface NextApp {
  handle: NextHandler;
  /** Development only: the connection over which changed code reaches the browser. */
  upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

/** Loads Next: seconds and a hundred megabytes, so a gateway without console never calls this. */
export async function startNext(options: {
  dev: boolean;
  dir: string;
  hostname: string;
  port: number;
}): Promise<NextApp> {
  const { default: next } = await import("next");
  // Next listens for upgrades by itself on the server that it is given. It gets one that never listens: which
  // upgrades reach it is decided by us (it has answered foreign ones before, CVE-2026-44578).
  const decoy = new Server();
  const app = next({ ...options, httpServer: decoy });
  await app.prepare();
  const handle = app.getRequestHandler();
  return {
    handle: (incoming, outgoing) => handle(incoming, outgoing),
    upgrade: (incoming, socket, head) => {
      // Next begins to listen with its first page.
      if (!decoy.emit("upgrade", incoming, socket, head)) socket.destroy();
    },
    close: () => app.close(),
  };
}
