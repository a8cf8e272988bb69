import type { inferRouterOutputs } from "@trpc/server";
import { createCallerFactory, router } from "./init";
import { batchRouter } from "./routers/batch";
import { checklistRouter } from "./routers/checklist";
import { costsRouter } from "./routers/costs";
import { digestsRouter } from "./routers/digests";
import { endpointRouter } from "./routers/endpoint";
import { environmentsRouter } from "./routers/environments";
import { gatesRouter } from "./routers/gates";
import { generationsRouter } from "./routers/generations";
import { incidentsRouter } from "./routers/incidents";
import { keysRouter } from "./routers/keys";
import { metricsRouter } from "./routers/metrics";
import { overviewRouter } from "./routers/overview";
import { pricesRouter } from "./routers/prices";
import { providersRouter } from "./routers/providers";
import { reviewsRouter } from "./routers/reviews";
import { rolloutRouter } from "./routers/rollout";
import { sessionRouter } from "./routers/session";
import { storageRouter } from "./routers/storage";
import { trafficRouter } from "./routers/traffic";
import { warningsRouter } from "./routers/warnings";

export const appRouter = router({
  batch: batchRouter,
  checklist: checklistRouter,
  costs: costsRouter,
  digests: digestsRouter,
  endpoint: endpointRouter,
  environments: environmentsRouter,
  gates: gatesRouter,
  generations: generationsRouter,
  incidents: incidentsRouter,
  keys: keysRouter,
  metrics: metricsRouter,
  overview: overviewRouter,
  prices: pricesRouter,
  providers: providersRouter,
  reviews: reviewsRouter,
  rollout: rolloutRouter,
  session: sessionRouter,
  traffic: trafficRouter,
  storage: storageRouter,
  warnings: warningsRouter,
});
export type AppRouter = typeof appRouter;
export type RouterOutputs = inferRouterOutputs<AppRouter>;

export const createCaller = createCallerFactory(appRouter);
