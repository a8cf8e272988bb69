import { authRoutes } from "./auth-routes";
import type { Route } from "./call";
import { createGenerationRoute } from "./create-generation";
import { exportBatchRoute } from "./export-batch";
import { exportGenerationsRoute } from "./export-generations";
import { generationEventsRoute } from "./generation-events";
import { liveRoute, readyRoute } from "./health-routes";
import type { HttpMetrics } from "./http-metrics";
import { metricsRoute } from "./metrics-route";
import { openapiRoute } from "./openapi";
import { readDecisionRoute } from "./read-decision";
import { cancelGenerationRoute, getGenerationRoute, listGenerationsRoute } from "./read-generations";
import { readReviewRoute } from "./read-review";
import { receiveHookRoute } from "./receive-hook";
import { reportHistoryRoute } from "./report-history";
import { readRolloutRoute, rollBackRoute } from "./roll-back-route";
import { serveImageRoute } from "./serve-image";

export interface RouteOptions {
  metrics: HttpMetrics;
  isStopping(): boolean;
  /** People sign in only where there are pages. */
  console: boolean;
}

/** Everything that our own server answers, with who may call it. What is not here goes to Next, or nowhere. */
export function listRoutes({ metrics, isStopping, console }: RouteOptions): Route[] {
  return [
    createGenerationRoute,
    listGenerationsRoute,
    // Before the one by id: "export" is no id.
    exportGenerationsRoute,
    getGenerationRoute,
    cancelGenerationRoute,
    generationEventsRoute,
    readDecisionRoute,
    reportHistoryRoute,
    readReviewRoute,
    exportBatchRoute,
    readRolloutRoute,
    rollBackRoute,
    openapiRoute,
    serveImageRoute,
    receiveHookRoute,
    liveRoute,
    readyRoute(isStopping),
    metricsRoute(metrics),
    ...(console ? authRoutes : []),
  ];
}
