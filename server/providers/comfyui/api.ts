import type { Caller } from "../caller";
import type { CallOptions } from "../types";
import type { RunBody } from "./request";
import {
  cancelAnswerSchema,
  healthSchema,
  jobSchema,
  type RunpodHealth,
  type RunpodJob,
  runAnswerSchema,
} from "./schemas";

/** RunPod's job plane of one endpoint, one function per call. */
export interface RunpodApi {
  run(body: RunBody, options: CallOptions): Promise<string>;
  status(jobId: string, options: CallOptions): Promise<RunpodJob>;
  cancel(jobId: string, options: CallOptions): Promise<string | null>;
  health(options: CallOptions): Promise<RunpodHealth>;
}

export function createRunpodApi(caller: Caller, endpointId: string): RunpodApi {
  const endpoint = `/${encodeURIComponent(endpointId)}`;
  return {
    run: async (body, { signal }) => {
      const path = `${endpoint}/run`;
      return (await caller.json({ method: "POST", path, body, schema: runAnswerSchema, kind: "submit", signal })).id;
    },
    status: (jobId, { signal }) => {
      const path = `${endpoint}/status/${encodeURIComponent(jobId)}`;
      return caller.json({ method: "GET", path, schema: jobSchema, kind: "poll", signal });
    },
    cancel: async (jobId, { signal }) => {
      const path = `${endpoint}/cancel/${encodeURIComponent(jobId)}`;
      const answer = await caller.json({ method: "POST", path, schema: cancelAnswerSchema, kind: "poll", signal });
      return answer.status ?? null;
    },
    health: ({ signal }) =>
      caller.json({ method: "GET", path: `${endpoint}/health`, schema: healthSchema, kind: "poll", signal }),
  };
}
