import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { sandboxConnectionSchema } from "@/server/sandbox-connection";
import { type SupervisedChild, superviseChild } from "./child";
import { programArgs } from "./programs";

interface Options {
  dataDir: string;
  dev: boolean;
  /** The sandbox's own options, such as `--clock 10`, as words. */
  options: string[];
  say: (line: string) => void;
  /** It runs again, perhaps at other addresses. Gets the connection as the text that servers take. */
  onRestarted: (connection: string) => void;
}

/** The sandbox's servers as a child. Ready with the connection line that it prints. */
export function superviseSandbox({ dataDir, dev, options, say, onRestarted }: Options): SupervisedChild<string> {
  return superviseChild({
    name: "sandbox",
    dataDir,
    readyWithinMs: dev ? 60_000 : 30_000,
    command: async () => ({ args: [...programArgs("sandbox", dev), "--json", ...options], env: {} }),
    whenReady: readConnection,
    onRestarted: (connection) => {
      say("the sandbox is back");
      onRestarted(connection);
    },
    say,
  });
}

async function readConnection(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("the sandbox has no output to read");
  const lines = createInterface({ input: child.stdout });
  return new Promise((done) => {
    let found = false;
    lines.on("line", (line) => {
      if (!found && isConnection(line)) {
        found = true;
        done(line);
      } else process.stderr.write(`${line}\n`);
    });
  });
}

function isConnection(line: string): boolean {
  try {
    return sandboxConnectionSchema.safeParse(JSON.parse(line)).success;
  } catch {
    return false;
  }
}
