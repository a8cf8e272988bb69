import { sql } from "drizzle-orm";
import { AppError } from "@/server/errors";
import { sendJson } from "./answer";
import type { Route } from "./call";

const why = "load balancers have no key, and the answer tells strangers nothing";

/** The process answers. Needs neither database nor runtime: restarting it would not mend those. */
export const liveRoute: Route = {
  method: "GET",
  path: "/api/health/live",
  access: "public",
  why,
  async handle({ outgoing }) {
    sendJson(outgoing, 200, { status: "ok" });
  },
};

/** The process can take work: 503 while it starts, stops or cannot reach the database. */
export function readyRoute(isStopping: () => boolean): Route {
  return {
    method: "GET",
    path: "/api/health/ready",
    access: "public",
    why,
    async handle({ runtime, outgoing }) {
      if (isStopping()) throw new AppError("UNAVAILABLE", "this instance is stopping", { retryAfterS: 2 });
      await runtime.db.execute(sql`select 1`);
      sendJson(outgoing, 200, { status: "ok" });
    },
  };
}
