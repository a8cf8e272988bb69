import type { Command } from "commander";
import { EXIT } from "./exit-codes";
import type { Tools } from "./tools";

export function addLoginLink(program: Command, tools: Tools): void {
  program
    .command("login-link")
    .description("print a new one-time link for the first administrator, good for 15 minutes, while no user exists")
    .action(async () => {
      const { openInstallation } = await import("./installation");
      const { mintSetupToken } = await import("@/server/auth/setup-token");
      const { terminal } = tools;
      const installation = await openInstallation((line) => terminal.say(line));
      try {
        const { config, connection, serverUrl } = installation;
        const token = await mintSetupToken(connection.db);
        if (token === null) {
          terminal.say("a user exists already: sign in with e-mail and password");
          tools.exitCode = EXIT.failed;
          return;
        }
        const url = config.publicUrl ?? serverUrl ?? `http://${config.host}:${config.port}`;
        terminal.data(`${url}/setup?token=${token}`);
        if (serverUrl === null)
          terminal.say("no server runs here just now: start it with npm start, then open the link");
      } finally {
        await installation.close();
      }
    });
}
