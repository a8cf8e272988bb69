import type { Database } from "@/db/client";
import type { Config } from "@/server/config";
import { AppError } from "@/server/errors";
import type { Log } from "@/server/log";
import type { RunpodManagement } from "@/server/providers/runpod-management/api";

/** What the verbs that look at and change the candidate's endpoint work with. */
export interface EndpointDeps {
  db: Database;
  config: Config;
  /** Null where the candidate is not configured in that environment. */
  management(environment: string): RunpodManagement | null;
  log: Log;
}

/** Throws NOT_FOUND for an unknown environment and NOT_CONFIGURED, naming the variables, where there is no endpoint. */
export function requireManagement(deps: EndpointDeps, environment: string): RunpodManagement {
  if (!deps.config.environments.includes(environment))
    throw new AppError("NOT_FOUND", `no environment is named ${environment}`);
  const management = deps.management(environment);
  if (management) return management;
  const missing = deps.config.missingVariables(environment, "comfyui").join(" and ");
  throw new AppError("NOT_CONFIGURED", `there is no endpoint to control: set ${missing || "RUNPOD_API_KEY"}`);
}
