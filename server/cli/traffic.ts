import type { Command } from "commander";
import type { Tools } from "./tools";

export interface TrafficOptions {
  profile: string;
  rate: string;
  minutes: string;
  clock?: string;
  seed?: string;
  json?: boolean;
}

const AFTER = `
Profiles:
  trace   a day of a real text-to-image service (hours, operations, pictures a request and users of the public trace GenTD26);
          the day passes once in the run, or --clock times as fast as a real one
  steady  the same rate all the time, all three operations
  rush    half the rate, and six times that in the middle fifth

It sends to the server that runs on this machine's installation and makes itself a key there for the length of the run; with
SWITCHYARD_API_KEY (and SWITCHYARD_URL) to that server, with that key. Only ever to the environment sandbox, where no real provider is
called. Ctrl-C ends it; what was sent is made all the same.`;

export function addTraffic(sandbox: Command, tools: Tools): void {
  sandbox
    .command("traffic")
    .description("send sample traffic to the running gateway, as applications would")
    .option("--profile <word>", "trace, steady or rush", "trace")
    .option("--rate <n>", "requests a minute on average, 1 to 6000", "60")
    .option("--minutes <n>", "how long, 1 to 1440", "5")
    .option("--clock <factor>", "trace: how many times as fast as a real day it passes; default: a day in the run")
    .option("--seed <n>", "the same seed is the same traffic; default: another each time")
    .option("--json", "print what was sent as JSON")
    .helpOption("-h, --help", "show this help")
    .addHelpText("after", AFTER)
    .action(async (_: unknown, command: Command) => {
      const { runTraffic } = await import("./run-traffic");
      tools.exitCode = await runTraffic(tools, command.opts<TrafficOptions>());
    });
}
