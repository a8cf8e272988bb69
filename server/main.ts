import { mintSetupToken } from "@/server/auth/setup-token";
import { getConfig } from "@/server/config";
import { readVersion } from "@/server/deployment/read-version";
import { recordDeployment } from "@/server/deployment/record-deployment";
import { createHttpServer, type HttpServer } from "@/server/http/create-http-server";
import { listen } from "@/server/http/listen";
import { type NextApp, startNext } from "@/server/http/next-app";
import { publicOriginOf } from "@/server/images/picture-address";
import { createLog } from "@/server/log";
import { startRuntime } from "@/server/start-runtime";

/** The supervisor ends us by force four seconds after it asked. */
const GRACE_MS = 2_000;
const STOP_WITHIN_MS = 3_600;

const dev = process.env.NODE_ENV === "development";
const config = getConfig();
const log = createLog({ level: config.logLevel });

process.on("uncaughtException", (error) => {
  log.error("uncaught exception", { error });
  process.exit(1);
});
process.on("unhandledRejection", (error) => log.error("unhandled rejection", { error }));

let http: HttpServer | null = null;
let stopping: Promise<void> | null = null;
const started = await startRuntime(config, log);
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop());

function stop(): Promise<void> {
  stopping ??= (async () => {
    log.info("stopping");
    // Whatever hangs then (a development server, a provider) holds nothing that another instance could not take over.
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    await http?.stop(GRACE_MS);
    await started.stop();
    process.exit(0);
  })().catch((error: unknown) => {
    log.error("stopping failed", { error });
    process.exit(1);
  });
  return stopping;
}

// A flag on the charts; nothing waits for it. At a start the database may be busier than a connection is waited for.
void noteDeployment(5);

async function noteDeployment(tries: number): Promise<void> {
  try {
    await recordDeployment(started.runtime.rollout.db, await readVersion());
  } catch (error) {
    if (tries <= 1 || stopping) return log.warn("the version that runs could not be written down", { error });
    setTimeout(() => void noteDeployment(tries - 1), 5_000).unref();
  }
}

if (config.role === "worker") {
  process.send?.({ type: "ready" });
} else {
  const serves = config.role === "all" || config.role === "console";
  const next: NextApp | null = serves
    ? await startNext({ dev, dir: process.cwd(), hostname: config.host, port: config.port })
    : null;
  http = createHttpServer({ log, next, dev, publicUrl: config.publicUrl, picturesFrom: publicOriginOf(config.r2) });
  const port = await listen(http.server, config.host, config.port);
  const host = config.host === "0.0.0.0" || config.host === "::" ? "127.0.0.1" : config.host;
  const ownUrl = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  started.setOwnUrl(ownUrl);
  const url = config.publicUrl ?? ownUrl;
  const token = serves ? await mintSetupToken(started.runtime.db) : null;
  const setupUrl = token ? `${url}/setup?token=${token}` : null;
  log.info("listening", { url: ownUrl });
  // Without a supervisor to say it, the link has to be said here; it is no log line and names no secret of ours.
  if (process.send) process.send({ type: "ready", url, setupUrl });
  else if (setupUrl)
    process.stderr.write(`No user exists yet. The first administrator signs in here, once:\n  ${setupUrl}\n`);
}
