import { Command } from "commander";
import { version } from "../../package.json";
import { addBatch } from "./batch";
import { addCancel } from "./cancel";
import { addChecklist } from "./checklist";
import { addCompletion } from "./completion";
import { addCost } from "./cost";
import { addEndpoint } from "./endpoint";
import { addEnv } from "./env";
import { addExplain } from "./explain";
import { addGates } from "./gates";
import { addGenerate } from "./generate";
import { addGeneration } from "./generation";
import { addGenerations } from "./generations";
import { addHistory } from "./history";
import { addImport } from "./import";
import { addIncidents } from "./incidents";
import { addKeepWarm } from "./keep-warm";
import { addKey } from "./key";
import { addLoginLink } from "./login-link";
import { addPhase } from "./phase";
import { addPolicy } from "./policy";
import { addPrices } from "./prices";
import { addProvider } from "./provider";
import { addResume } from "./resume";
import { addReview } from "./review";
import { addRollback } from "./rollback";
import { addRollup } from "./rollup";
import { addSandbox } from "./sandbox";
import { addShare } from "./share";
import { addStatus } from "./status";
import { addStorage } from "./storage";
import { addTask } from "./task";
import type { Tools } from "./tools";
import { addVerify } from "./verify";

const AFTER = `
Without SWITCHYARD_API_KEY the commands work on this machine's installation: they join its database, or start the
embedded one for the length of the command. With it, generate, generations, generation, cancel, explain and rollback
call the server at SWITCHYARD_URL (default: the one that runs on this data folder, else HOST and PORT).

Data goes to standard output, messages to standard error. --json prints JSON, NO_COLOR turns colours off.
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a check failed, 4 no connection, no rights or no credentials,
130 left by a second Ctrl-C.`;

export function createProgram(tools: Tools): Command {
  const program = new Command("switchyard")
    .description("Makes pictures through Switchyard, shows what came of them, moves traffic and takes it back.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show this help, or a command's")
    .addHelpText("after", AFTER)
    .showHelpAfterError("(switchyard --help shows what there is)")
    .exitOverride();
  for (const add of [
    addGenerate,
    addGenerations,
    addGeneration,
    addCancel,
    addExplain,
    addStatus,
    addProvider,
    addShare,
    addRollback,
    addResume,
    addPhase,
    addGates,
    addChecklist,
    addBatch,
    addTask,
    addHistory,
    addIncidents,
    addPolicy,
    addEndpoint,
    addKeepWarm,
    addPrices,
    addReview,
    addCost,
    addVerify,
    addRollup,
    addImport,
    addStorage,
    addKey,
    addLoginLink,
    addEnv,
    addSandbox,
    addCompletion,
  ])
    add(program, tools);
  return program;
}
