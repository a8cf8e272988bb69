import { parseArgs } from "node:util";
import { projectRoot } from "@/db/project-root";
import { runSupervisor } from "./run-supervisor";

const HELP = `Starts Switchyard: database, sandbox (unless provider credentials are set) and server, and keeps them running.

  npm start                 build if needed, then start
  npm run dev               start from the sources, restart when they change
  npm start -- --json       print one line of JSON when ready; everything else goes to stderr

What can be set is explained in .env.example; the usual ones:
  PORT                      3000; the next free port when it is taken
  HOST                      127.0.0.1
  DATABASE_URL              an own PostgreSQL instead of the embedded one
  SWITCHYARD_DATA_DIR       .data
  ROLE                      all, console, gateway or worker
  SWITCHYARD_SANDBOX        auto, on or off
  SWITCHYARD_SANDBOX_OPTIONS  such as "--clock 10 --seed 7"; npm run sandbox -- --help lists them
Ctrl-C stops everything.
`;

const { values } = parseArgs({
  options: { dev: { type: "boolean" }, json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
});
if (values.help) {
  process.stdout.write(HELP);
} else {
  process.chdir(projectRoot());
  await runSupervisor({ dev: values.dev ?? false, json: values.json ?? false });
}
