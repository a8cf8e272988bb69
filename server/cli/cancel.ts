import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { isTerminal } from "@/server/domain/vocabulary";
import { EXIT } from "./exit-codes";
import type { Tools } from "./tools";

const WAIT_MS = 15_000;
const LOOK_EVERY_MS = 250;

export function addCancel(program: Command, tools: Tools): void {
  program
    .command("cancel")
    .description("ask for the end of a generation, and wait up to 15 s for it")
    .argument("<id>", "the generation's id")
    .option("--json", "print the generation as JSON")
    .action(async (id: string, options: { json?: boolean }) => {
      const { openReadDoor } = await import("./door");
      const { terminal } = tools;
      const door = await openReadDoor((line) => terminal.say(line));
      try {
        let detail = await door.cancel(id);
        const isServed = isTerminal(detail.state) || (await door.isServed());
        for (const endMs = Date.now() + WAIT_MS; isServed && !isTerminal(detail.state) && Date.now() < endMs; ) {
          await sleep(LOOK_EVERY_MS);
          detail = await door.get(id);
        }
        if (options.json) terminal.data(JSON.stringify(detail, null, 2));
        else terminal.data(`${detail.id}  ${detail.state}`);
        if (!isTerminal(detail.state))
          terminal.say(
            isServed
              ? "cancelling is asked for; the provider has not ended the job yet"
              : "cancelling is asked for; nothing is running that could do it, so it happens at the next start",
          );
        else if (detail.state !== "cancelled") terminal.say(`it had ended already: ${detail.state}`);
        tools.exitCode = detail.state === "cancelled" || !isTerminal(detail.state) ? EXIT.ok : EXIT.failed;
      } finally {
        await door.close();
      }
    });
}
