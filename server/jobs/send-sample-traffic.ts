import { sendDueTraffic, type TrafficDeps } from "@/server/traffic/send-due-traffic";
import type { Job } from "./run-jobs";

export function sendSampleTraffic(deps: TrafficDeps): Job {
  return { name: "send sample traffic", everyMs: 500, run: () => sendDueTraffic(deps) };
}
