import type { Command } from "commander";
import type { ApiKeyView } from "@/db/queries/api-keys";
import { API_SCOPES } from "@/server/domain/vocabulary";
import { instant, NOTHING, table } from "./format";
import { parseSpan, parseWords } from "./parse";
import { ENVIRONMENT_FLAGS } from "./rollout-options";
import type { Tools } from "./tools";

export function addKey(program: Command, tools: Tools): void {
  const key = program.command("key").description("API keys of calling apps: create, list, revoke");
  key
    .command("create")
    .description("make a key; it is printed once, alone on standard output, and never again")
    .requiredOption("--name <text>", "what the key is for")
    .option("--scopes <words>", `of ${API_SCOPES.join(", ")}`, "generate,read")
    .option(ENVIRONMENT_FLAGS, "the one environment that it opens; default: the installation's")
    .option("--expires <span>", "such as 12h or 90d; default: never")
    .option("--json", "print { key, view } as JSON")
    .action((options: CreateOptions) => create(tools, options));
  key
    .command("list")
    .description("show keys without their secrets")
    .option(ENVIRONMENT_FLAGS, "only of this environment")
    .option("--json", "print them as JSON")
    .action((options: { environment?: string; json?: boolean }) => list(tools, options));
  key
    .command("revoke")
    .description("end a key for good; servers refuse it within a second")
    .argument("<id>", "the key's id, as key list shows it")
    .option("--json", "print the key as JSON")
    .action((id: string, options: { json?: boolean }) => revoke(tools, id, options));
}

interface CreateOptions {
  name: string;
  scopes: string;
  environment?: string;
  expires?: string;
  json?: boolean;
}

async function create({ terminal }: Tools, options: CreateOptions): Promise<void> {
  const nowMs = Date.now();
  const scopes = parseWords("--scopes", options.scopes, API_SCOPES);
  const expiresAtMs = options.expires === undefined ? null : nowMs + parseSpan("--expires", options.expires);
  const { openInstallation, chooseEnvironment } = await import("./installation");
  const { createApiKey, createApiKeyInput } = await import("@/server/auth/create-api-key");
  const { zodProblems } = await import("@/server/domain/zod-problems");
  const { AppError } = await import("@/server/errors");
  const installation = await openInstallation((line) => terminal.say(line));
  try {
    const { connection, principal, environments } = installation;
    const environment = chooseEnvironment(installation, options.environment);
    const input = createApiKeyInput.safeParse({ name: options.name, environment, scopes, expiresAtMs });
    if (!input.success)
      throw new AppError("BAD_REQUEST", "the key is not valid", { problems: zodProblems(input.error) });
    const deps = { db: connection.db, principal, via: "cli" as const, requestId: null, environments, nowMs };
    const { key, view } = await createApiKey(deps, input.data);
    if (options.json) return terminal.data(JSON.stringify({ key, view }, null, 2));
    terminal.data(key);
    terminal.say(
      `key ${view.id} (${view.name}) opens ${view.environment} for ${view.scopes.join(", ")}; it is not shown again`,
    );
  } finally {
    await installation.close();
  }
}

async function list({ terminal }: Tools, options: { environment?: string; json?: boolean }): Promise<void> {
  const { openInstallation, chooseEnvironment } = await import("./installation");
  const { listApiKeys } = await import("@/server/auth/list-api-keys");
  const installation = await openInstallation((line) => terminal.say(line));
  try {
    const { connection, principal } = installation;
    const environment = options.environment === undefined ? null : chooseEnvironment(installation, options.environment);
    const keys = await listApiKeys({ db: connection.db, principal }, environment);
    if (options.json) return terminal.data(JSON.stringify(keys, null, 2));
    if (keys.length === 0) return terminal.say("no keys");
    for (const line of keyLines(keys, Date.now())) terminal.data(line);
  } finally {
    await installation.close();
  }
}

export function keyLines(keys: ApiKeyView[], nowMs: number): string[] {
  const head = ["id", "name", "environment", "scopes", "state", "created", "last used"];
  const rows = keys.map((key) => [
    key.id,
    key.name,
    key.environment,
    key.scopes.join(","),
    stateOf(key, nowMs),
    instant(key.createdAtMs),
    key.lastUsedAtMs === null ? NOTHING : instant(key.lastUsedAtMs),
  ]);
  return table(head, rows);
}

function stateOf(key: ApiKeyView, nowMs: number): string {
  if (key.revokedAtMs !== null) return "revoked";
  if (key.expiresAtMs === null) return "good";
  return key.expiresAtMs <= nowMs ? "expired" : `good until ${instant(key.expiresAtMs)}`;
}

async function revoke({ terminal }: Tools, id: string, options: { json?: boolean }): Promise<void> {
  const { openInstallation } = await import("./installation");
  const { revokeApiKey } = await import("@/server/auth/revoke-api-key");
  const installation = await openInstallation((line) => terminal.say(line));
  try {
    const { connection, principal } = installation;
    const view = await revokeApiKey({ db: connection.db, principal, via: "cli", requestId: null }, id);
    terminal.data(options.json ? JSON.stringify(view, null, 2) : `${view.id}  revoked  ${instant(view.revokedAtMs)}`);
  } finally {
    await installation.close();
  }
}
