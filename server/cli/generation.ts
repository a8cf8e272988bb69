import type { Command } from "commander";
import type { Tools } from "./tools";

export function addGeneration(program: Command, tools: Tools): void {
  program
    .command("generation")
    .description("show all of one generation: attempts, events, evidence, decision, cost lines")
    .argument("<id>", "the generation's id")
    .option("--json", "print it as JSON")
    .action(async (id: string, options: { json?: boolean }) => {
      const { openReadDoor } = await import("./door");
      const { detailLines } = await import("./detail-lines");
      const door = await openReadDoor((line) => tools.terminal.say(line));
      try {
        const detail = await door.get(id);
        if (options.json) tools.terminal.data(JSON.stringify(detail, null, 2));
        else for (const line of detailLines(detail, door.serverUrl)) tools.terminal.data(line);
      } finally {
        await door.close();
      }
    });
}
