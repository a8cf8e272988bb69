import { sql } from "drizzle-orm";
import { spoolDepths } from "@/db/queries/spool";
import { AppError } from "@/server/errors";
import type { Runtime } from "@/server/runtime";
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

/** The process can take work: 503 while it starts, stops, cannot reach the database or has no place for pictures. */
export function readyRoute(isStopping: () => boolean): Route {
  return {
    method: "GET",
    path: "/api/health/ready",
    access: "public",
    why,
    async handle({ runtime, outgoing }) {
      if (isStopping()) throw new AppError("UNAVAILABLE", "this instance is stopping", { retryAfterS: 2 });
      await runtime.db.execute(sql`select 1`);
      if ((await runtime.images.roomProblem()) !== null)
        throw new AppError("UNAVAILABLE", "pictures cannot be kept now: see the log, or switchyard storage status", {
          retryAfterS: 30,
        });
      sendJson(outgoing, 200, { status: "ok", ...(runtime.images.spool && { spool: await waiting(runtime) }) });
    },
  };
}

/** Pictures that wait to be moved to R2, on all disks, and for how long the oldest has. */
async function waiting({ db }: Runtime) {
  const depths = await spoolDepths(db);
  return {
    pictures: depths.reduce((sum, { pictures }) => sum + pictures, 0),
    oldestAgeS: Math.round(Math.max(0, ...depths.map(({ oldestAgeMs }) => oldestAgeMs)) / 1000),
  };
}
