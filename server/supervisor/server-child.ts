import type { ChildProcess } from "node:child_process";
import { z } from "zod";
import { type ChildCommand, type SupervisedChild, superviseChild } from "./child";

const readyMessage = z.object({ type: z.literal("ready"), url: z.string().optional(), setupUrl: z.string().nullish() });

/** What the server says when it serves. `setupUrl` is the one-time link for the first administrator. */
export type ServerReady = z.infer<typeof readyMessage>;

interface Options {
  dataDir: string;
  dev: boolean;
  command: () => Promise<ChildCommand>;
  say: (line: string) => void;
  json: boolean;
}

/** Our HTTP server (or worker) as a child. */
export function superviseServer({ dataDir, dev, command, say, json }: Options): SupervisedChild<ServerReady> {
  return superviseChild({
    name: "server",
    dataDir,
    readyWithinMs: dev ? 120_000 : 60_000,
    command,
    whenReady: (child) => {
      child.stdout?.pipe(json ? process.stderr : process.stdout, { end: false });
      return readyFrom(child);
    },
    onRestarted: ({ url }) => say(`the server is back${url === undefined ? "" : `: ${url}`}`),
    say,
  });
}

function readyFrom(child: ChildProcess): Promise<ServerReady> {
  return new Promise((done) => {
    child.on("message", (message) => {
      const parsed = readyMessage.safeParse(message);
      if (parsed.success) done(parsed.data);
    });
  });
}
