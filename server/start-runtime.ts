import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { connect, POOL_LIMITS } from "@/db/client";
import { runChecklists } from "@/server/checklist/run-checklists";
import { type Config, processVariable } from "@/server/config";
import { createChannels } from "@/server/digests/channels";
import { PROVIDER_IDS, SANDBOX_ENVIRONMENT } from "@/server/domain/vocabulary";
import type { EndpointDeps } from "@/server/endpoint/types";
import { createEngine } from "@/server/engine/engine";
import { receiveHint } from "@/server/engine/receive-hint";
import { readEnvFiles } from "@/server/env-files";
import { AppError } from "@/server/errors";
import { createGateway } from "@/server/gateway/create-gateway";
import { createBucketUsage } from "@/server/images/bucket-usage";
import { createImageService } from "@/server/images/create-image-service";
import { createHeldInputs } from "@/server/images/held-inputs";
import { createBorrower } from "@/server/images/lent-pictures";
import { openStores } from "@/server/images/open-stores";
import { installationSecret } from "@/server/installation-secret";
import { advanceBatches } from "@/server/jobs/advance-batches";
import { automaticPromotion, automaticRollback } from "@/server/jobs/automate-rollout";
import { checkReadiness } from "@/server/jobs/check-readiness";
import { drainOwnSpool } from "@/server/jobs/drain-spool";
import { forgetInputs } from "@/server/jobs/forget-held-inputs";
import { followPrices } from "@/server/jobs/import-prices";
import { lendPictures } from "@/server/jobs/lend-pictures";
import { forgetFineMetrics, makeWideMetrics, rollUpMetrics } from "@/server/jobs/roll-up-metrics";
import { runJobs } from "@/server/jobs/run-jobs";
import { sendDigests } from "@/server/jobs/send-digests";
import { sendSampleTraffic } from "@/server/jobs/send-sample-traffic";
import { deliverWarnings } from "@/server/jobs/send-warnings";
import { settleBills, settleUsages, watchFleets } from "@/server/jobs/settle-costs";
import { flushBucketUsage, settleStorage } from "@/server/jobs/settle-storage";
import { tickIncidents } from "@/server/jobs/tick-incidents";
import { removeOldPictures, tidyStorage } from "@/server/jobs/tidy-storage";
import { watchEndpoints } from "@/server/jobs/watch-endpoints";
import { warnOfStorage, watchOwnStores } from "@/server/jobs/watch-storage";
import type { Log } from "@/server/log";
import { openPriceBook } from "@/server/prices/price-book";
import { seedPrices } from "@/server/prices/seed-prices";
import { createProviders, type ProviderRegistry } from "@/server/providers/registry";
import { ensureEnvironments } from "@/server/rollout/ensure-environments";
import { followVariable } from "@/server/rollout/follow-variable";
import type { RolloutDeps } from "@/server/rollout/types";
import { readVariable } from "@/server/rollout/variable-reading";
import { watchVariable } from "@/server/rollout/watch-variable";
import { type Runtime, setRuntime } from "@/server/runtime";

export interface StartedRuntime {
  runtime: Runtime;
  /**
   * Where providers of the sandbox can reach this process; the HTTP server tells it once it listens. Real providers
   * are given PUBLIC_URL instead.
   */
  setOwnUrl(url: string): void;
  /** Ends watches, lets short steps end, gives leases back, closes the database. Within ten seconds. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Where the env files lie; default: the working directory. */
  directory?: string;
  /** `IMAGE_GENERATION_PROVIDER` of the process environment; default: what `processVariable` reads. */
  processVariable?: string;
  /** False: the variable is left alone. A command typed in some other environment must move nobody's traffic. */
  followsVariable?: boolean;
}

/** The process environment is looked at last: where it and a file have both changed, it wins, as at parsing. */
async function followAtStart(rollout: RolloutDeps, options: StartOptions): Promise<void> {
  const file = readVariable(readEnvFiles(options.directory ?? process.cwd()).IMAGE_GENERATION_PROVIDER);
  const own = readVariable(options.processVariable ?? processVariable());
  const moved = [...(await followVariable(rollout, "file", file)), ...(await followVariable(rollout, "process", own))];
  if (moved.length > 0)
    rollout.log.info("rollout: IMAGE_GENERATION_PROVIDER moved all traffic", { environments: moved });
}

/**
 * Opens what a process needs on a migrated database and, unless the role says otherwise, starts the engine. Throws
 * NOT_CONFIGURED without DATABASE_URL.
 */
export async function startRuntime(config: Config, log: Log, options: StartOptions = {}): Promise<StartedRuntime> {
  if (!config.databaseUrl) {
    throw new AppError(
      "NOT_CONFIGURED",
      "DATABASE_URL is not set: start with npm start, which brings a database of its own",
    );
  }
  const url = config.databaseUrl.reveal();
  const onError = (error: Error) => log.warn("database: an idle connection was lost", { error });
  const withinMs = config.databaseAnswerWithinMs;
  const patience = { statementTimeoutMs: withinMs, acquireTimeoutMs: Math.round((withinMs * 2) / 3) };
  const web = connect({ url, name: "web", ...POOL_LIMITS.web, ...patience, onError });
  const worker = connect({ url, name: "worker", ...POOL_LIMITS.worker, onError });
  const operate = connect({ url, name: "operate", ...POOL_LIMITS.operate, onError });
  const opened: (() => Promise<void> | void)[] = [web.close, worker.close, operate.close];
  try {
    const dataDir = resolve(config.dataDir);
    const secret = await installationSecret({ secret: config.secret, dataDir });
    await ensureEnvironments(worker, config);
    const rollout: RolloutDeps = {
      db: operate.db,
      config,
      log,
      provider: (environment, id) => provider(environment, id),
    };
    const follows = options.followsVariable ?? true;
    if (follows) await followAtStart(rollout, options);
    const variable = follows ? watchVariable(rollout, options.directory ?? process.cwd()) : null;
    opened.unshift(() => variable?.stop());
    await seedPrices(worker.db);
    const prices = await openPriceBook(worker.db, {
      now: Date.now,
      onError: (error) => log.warn("prices: could not be read again", { error }),
    });
    const usage = config.r2 && createBucketUsage(config.r2);
    const onBilled = usage?.count;
    const { stores, close: closeStores } = await openStores(config, { onBilled });
    opened.unshift(closeStores);
    const held = config.r2 ? createHeldInputs({ taking: web.db, giving: worker.db }) : undefined;
    const { diskId } = stores;
    const borrower = config.r2 ? createBorrower(web.db) : undefined;
    const images = createImageService({
      dataDir,
      diskId,
      r2: config.r2,
      held,
      borrower,
      signingKey: secret,
      log,
      onBilled,
    });
    opened.unshift(() => images.close());
    const counts = usage && flushBucketUsage({ db: operate.db, log }, usage);
    opened.unshift(() => counts?.stop());

    const registries = new Map<string, ProviderRegistry>();
    for (const environment of config.environments)
      registries.set(environment, createProviders(config.providerSettings(environment)));
    opened.unshift(async () => {
      await Promise.all([...registries.values()].map((registry) => registry.close()));
    });
    const provider: Runtime["provider"] = (environment, id) => registries.get(environment)?.get(id) ?? null;
    const endpoint: EndpointDeps = {
      db: operate.db,
      config,
      log,
      management: (environment) => registries.get(environment)?.management ?? null,
    };

    let ownUrl: string | null = null;
    const instanceId = `${hostname()}:${process.pid}:${randomBytes(4).toString("hex")}`;
    const engine = createEngine({
      pool: worker.pool,
      config,
      provider,
      images,
      prices,
      secret,
      webhookBase: (environment) => (environment === SANDBOX_ENVIRONMENT ? ownUrl : config.publicUrl),
      instanceId,
      log,
    });
    const gateway = createGateway({
      web,
      config,
      provider,
      signUrl: (picture) => images.address(picture, Date.now()),
      storeInput: (bytes) => images.storeInput(bytes),
      roomProblem: () => images.roomProblem(),
      queued: () => engine.queued(),
      wake: (what) => engine.wake(what),
      beforeAccept: async () => variable?.check(),
    });
    const works = config.role === "all" || config.role === "worker";
    const stopping = new AbortController();
    const chores = works
      ? [
          checkReadiness(rollout),
          advanceBatches({ ...rollout, gateway }),
          tickIncidents(rollout),
          automaticRollback(rollout),
          automaticPromotion(rollout),
          watchEndpoints(endpoint),
          sendDigests({ ...rollout, channels: createChannels(config) }),
          deliverWarnings({ ...rollout, channels: createChannels(config) }),
          watchFleets(endpoint),
          settleBills(endpoint),
          settleUsages(rollout),
          ...(config.environments.includes(SANDBOX_ENVIRONMENT) ? [sendSampleTraffic({ db: worker.db, gateway })] : []),
          followPrices(endpoint),
          settleStorage(operate.db, config),
          warnOfStorage({ db: operate.db, config }),
          rollUpMetrics(operate),
          forgetFineMetrics(operate),
          makeWideMetrics({ db: operate.db, signal: stopping.signal }),
          forgetInputs(operate),
        ]
      : [];
    const tidying = { db: operate.db, stores, log, signal: stopping.signal };
    if (works) chores.push(removeOldPictures(tidying), ...(stores.r2 ? [tidyStorage(tidying, "r2")] : []));
    chores.push(tidyStorage(tidying, "disk"));
    // Whoever takes pictures, even only callers', may have had to keep them here.
    if (images.spool) chores.push(drainOwnSpool({ db: operate.db, log, signal: stopping.signal }, images.spool));
    const lending = images.spool && lendPictures({ db: worker.db, images, diskId, log });
    opened.unshift(() => lending?.stop());
    const look = watchOwnStores({ db: operate.db, images, instance: instanceId, log });
    opened.unshift(() => look.stop());
    const jobs = runJobs({ pool: operate.pool, owner: instanceId, log }, chores);
    const checklists = works ? runChecklists({ ...rollout, gateway, images, secret, owner: instanceId }) : null;
    if (works) engine.start();

    const runtime: Runtime = {
      config,
      db: web.db,
      gateway,
      images,
      history: { db: worker.db, prices: { config, provider, prices } },
      provider,
      rollout: { ...rollout, wake: () => engine.wake() },
      endpoint,
      hint: (hint) => receiveHint({ pool: worker.pool, secret, wake: engine.wake }, hint),
      secret,
      log,
    };
    setRuntime(runtime);
    log.info("runtime: started", {
      instanceId,
      role: config.role,
      environments: config.environments,
      providers: PROVIDER_IDS.length,
    });
    return {
      runtime,
      setOwnUrl: (own) => {
        ownUrl = own;
      },
      async stop() {
        await checklists?.stop();
        gateway.close();
        stopping.abort();
        await Promise.all([works ? engine.stop() : null, jobs.stop()]);
        setRuntime(undefined);
        for (const close of opened) await close();
      },
    };
  } catch (error) {
    for (const close of opened) await Promise.resolve(close()).catch(() => undefined);
    throw error;
  }
}
