import { randomInt } from "node:crypto";
import { createApiKey } from "@/server/auth/create-api-key";
import { revokeApiKey } from "@/server/auth/revoke-api-key";
import { Secret } from "@/server/domain/secret";
import { submissionSchema } from "@/server/domain/submission";
import { TRAFFIC_PROFILES } from "@/server/domain/traffic";
import { SANDBOX_ENVIRONMENT } from "@/server/domain/vocabulary";
import { AppError } from "@/server/errors";
import { followPlan, type TrafficCount } from "@/server/traffic/follow-plan";
import { drawPictures } from "@/server/traffic/pictures";
import { expectedCount, type TrafficPlan } from "@/server/traffic/plan";
import { remoteServer } from "./door";
import { EXIT, usageError } from "./exit-codes";
import { createHttpCall, createHttpDoor, type RemoteServer } from "./http-door";
import { openInstallation } from "./installation";
import { onInterrupt } from "./interrupt";
import { parseWhole } from "./parse";
import type { Tools } from "./tools";
import type { TrafficOptions } from "./traffic";

const SEED_MAX = 2_147_483_647;
const STATUS_MS = 250;
/** A run that is killed leaves a key behind that ends by itself. */
const KEY_GRACE_MS = 600_000;

export async function runTraffic({ terminal }: Tools, options: TrafficOptions): Promise<number> {
  const plan = readPlan(options);
  const say = (line: string) => terminal.say(line);
  const stopping = new AbortController();
  const release = onInterrupt(
    () => stopping.abort(),
    () => process.exit(130),
  );
  const target = await openTarget(say, plan.durationMs);
  let timer: NodeJS.Timeout | undefined;
  try {
    // Asked with the key: one that is for another environment is refused here, before anything is sent.
    await createHttpCall(target.server)(`/api/v1/rollout?environment=${SANDBOX_ENVIRONMENT}`);
    const pictures = await drawPictures();
    const door = createHttpDoor(target.server);
    const expected = expectedCount(plan);
    say(
      `${plan.profile}: about ${expected} requests in ${options.minutes} min to ${target.server.url} (seed ${plan.seed})`,
    );
    const startedAtMs = performance.now();
    let count: TrafficCount = { sent: 0, refused: 0, lastRefusal: null };
    timer = setInterval(() => {
      const leftS = Math.max(0, Math.round((startedAtMs + plan.durationMs - performance.now()) / 1_000));
      terminal.status(`sent ${count.sent} of about ${expected}, refused ${count.refused}, ${leftS} s left`);
    }, STATUS_MS);
    const run = crypto.randomUUID();
    count = await followPlan(
      plan,
      ({ picture, stickyKey, ...params }, index) => {
        const { provider, fallback: _policy, deadlineMs, stickyKey: _key, ...checked } = submissionSchema.parse(params);
        const bytes = picture === null ? null : pictures[picture];
        return door.submit({
          environment: SANDBOX_ENVIRONMENT,
          params: checked,
          image: bytes ? { bytes } : null,
          provider,
          stickyKey,
          idempotencyKey: `sample-traffic-${run}-${index}`,
          deadlineMs,
        });
      },
      {
        signal: stopping.signal,
        onCount: (counted) => {
          count = counted;
        },
      },
    );
    terminal.status(null);
    const { sent, refused, lastRefusal } = count;
    if (options.json) terminal.data(JSON.stringify({ ...plan, url: target.server.url, sent, refused, lastRefusal }));
    else {
      terminal.data(`sent ${sent}${stopping.signal.aborted ? ", stopped" : ""}; see ${target.server.url}/`);
      if (lastRefusal !== null) terminal.data(`refused ${refused}, the last because: ${lastRefusal}`);
    }
    return sent > 0 || refused === 0 ? EXIT.ok : EXIT.failed;
  } finally {
    clearInterval(timer);
    terminal.status(null);
    release();
    await target.close();
  }
}

function readPlan(options: TrafficOptions): TrafficPlan {
  const profile = TRAFFIC_PROFILES.find((word) => word === options.profile);
  if (profile === undefined)
    throw usageError("--profile", `must be one of ${TRAFFIC_PROFILES.join(", ")}, not "${options.profile}"`);
  if (options.clock !== undefined && profile !== "trace") throw usageError("--clock", "is for the profile trace");
  return {
    profile,
    ratePerMinute: parseWhole("--rate", options.rate, 1, 6_000),
    durationMs: parseWhole("--minutes", options.minutes, 1, 1_440) * 60_000,
    clock: options.clock === undefined ? null : parseWhole("--clock", options.clock, 1, 86_400),
    seed: options.seed === undefined ? randomInt(1, SEED_MAX) : parseWhole("--seed", options.seed, 0, SEED_MAX),
  };
}

interface Target {
  server: RemoteServer;
  close(): Promise<void>;
}

async function openTarget(say: (line: string) => void, durationMs: number): Promise<Target> {
  const remote = await remoteServer();
  if (remote !== null) return { server: remote, close: async () => undefined };
  const installation = await openInstallation(say);
  const { connection, principal, environments, serverUrl } = installation;
  try {
    if (serverUrl === null)
      throw new AppError(
        "UNAVAILABLE",
        "no Switchyard runs on this data folder: npm start, then this again in another terminal",
      );
    if (!environments.includes(SANDBOX_ENVIRONMENT))
      throw new AppError(
        "NOT_CONFIGURED",
        `this installation has no sandbox, and sample traffic goes nowhere else (its environments: ${environments.join(", ")}); SWITCHYARD_SANDBOX=on adds one`,
      );
    const nowMs = Date.now();
    const deps = { db: connection.db, principal, via: "cli" as const, requestId: null, environments, nowMs };
    const { key, view } = await createApiKey(deps, {
      name: "sample traffic",
      environment: SANDBOX_ENVIRONMENT,
      scopes: ["generate", "read"],
      expiresAtMs: nowMs + durationMs + KEY_GRACE_MS,
    });
    return {
      server: { url: serverUrl, key: new Secret(key) },
      async close() {
        await revokeApiKey(deps, view.id);
        await installation.close();
      },
    };
  } catch (error) {
    await installation.close();
    throw error;
  }
}
