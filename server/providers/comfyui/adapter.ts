import { Secret } from "@/server/domain/secret";
import type { Operation } from "@/server/domain/vocabulary";
import { ProviderError } from "@/server/errors";
import { createCaller } from "../caller";
import { downloadOutput } from "../download";
import type { HttpSend } from "../http";
import { asProviderError, providerError, scrub, throwing } from "../provider-failure";
import type { BackgroundRemoval } from "../settings";
import type { ImageProvider, JobState } from "../types";
import { createRunpodApi } from "./api";
import { explainRefusal } from "./failures";
import { toRunBody, unheard } from "./request";
import { toJobState, toWorkerCounts } from "./transform";
import { backgroundRemovalWorkflow } from "./workflows/background-removal";
import { fluxImg2img, fluxTxt2img } from "./workflows/flux";
import type { Workflow } from "./workflows/graph";

export interface ComfyuiOptions {
  baseUrl: string;
  endpointId: string;
  apiKey: Secret;
  checkpoint: string;
  backgroundRemoval: BackgroundRemoval;
  /** Operator's own workflows, already read and checked; absent ones are built in. */
  workflows: Partial<Record<Operation, Workflow>>;
  send: HttpSend;
  /** For addresses found in answers; must not reach private networks. */
  sendElsewhere: HttpSend;
  now: () => number;
}

/** RunPod refuses a larger `/run` body, sometimes with a 502 that would look like an outage. */
const BODY_MAX_BYTES = 10 * 1024 * 1024;
const NO_TIMING = { delayMs: null, executionMs: null, warmingUpMs: null, workerId: null, retries: null };

export function createComfyuiProvider(options: ComfyuiOptions): ImageProvider {
  const secrets = [options.apiKey];
  const caller = createCaller({
    provider: "comfyui",
    baseUrl: options.baseUrl,
    authorization: new Secret(`Bearer ${options.apiKey.reveal()}`),
    secrets,
    send: options.send,
    now: options.now,
    explain: explainRefusal,
  });
  const api = createRunpodApi(caller, options.endpointId);
  const workflows: Record<Operation, Workflow | null> = {
    txt2img: options.workflows.txt2img ?? fluxTxt2img,
    img2img: options.workflows.img2img ?? fluxImg2img,
    remove_background: options.workflows.remove_background ?? backgroundRemovalWorkflow(options.backgroundRemoval),
  };
  const unavailable = (operation: Operation) =>
    workflows[operation] === null ? "the endpoint's image has no background-removal nodes" : null;

  const modelFor = (operation: Operation) => {
    const builtIn = operation === "remove_background" && !options.workflows.remove_background;
    return builtIn ? options.backgroundRemoval : options.checkpoint;
  };

  return {
    id: "comfyui",
    unavailable,
    modelFor,
    leavesOut: (params) => {
      const workflow = workflows[params.operation];
      return workflow === null ? [] : unheard(params, workflow);
    },

    submit: throwing("comfyui", async (request, submitOptions) => {
      const workflow = workflows[request.operation];
      if (workflow === null) {
        const message = `ComfyUI: ${unavailable(request.operation)}`;
        throw providerError("comfyui", { mode: "model_not_found", message }, { maybeSent: false });
      }
      const body = toRunBody(request, submitOptions, workflow, options.checkpoint);
      const sizeBytes = Buffer.byteLength(JSON.stringify(body));
      if (sizeBytes > BODY_MAX_BYTES) {
        const message = `ComfyUI: image makes a request of ${sizeBytes} bytes, RunPod takes at most ${BODY_MAX_BYTES}`;
        throw providerError("comfyui", { mode: "invalid_request", message }, { maybeSent: false });
      }
      const jobId = await api.run(body, submitOptions);
      return { jobId, model: modelFor(request.operation), quotedUnits: null, warnings: unheard(request, workflow) };
    }),

    check: throwing("comfyui", async (jobId, callOptions) => {
      try {
        return toJobState(await api.status(jobId, callOptions), (text) => scrub(text, secrets));
      } catch (error) {
        if (isMissing(error)) return { phase: "missing", timing: NO_TIMING } satisfies JobState;
        throw error;
      }
    }),

    cancel: throwing("comfyui", async (jobId, callOptions) => {
      try {
        const status = await api.cancel(jobId, callOptions);
        // What an ended job answers is not documented: only the word itself counts as done.
        if (status === "CANCELLED") return { cancelled: true, reason: null };
        return { cancelled: false, reason: `RunPod answered with status ${status ?? "none"}` };
      } catch (error) {
        if (ProviderError.is(error) && [400, 404, 409].includes(error.httpStatus ?? 0)) {
          return { cancelled: false, reason: error.message };
        }
        throw error;
      }
    }),

    download: throwing("comfyui", (output, callOptions) =>
      downloadOutput("comfyui", options.sendElsewhere, output, callOptions),
    ),

    workers: throwing("comfyui", async (callOptions) => toWorkerCounts(await api.health(callOptions))),

    probe: async (callOptions) => {
      const startedMs = performance.now();
      const checkedWhat = "GET /health";
      try {
        await api.health(callOptions);
        return { ok: true, roundTripMs: Math.round(performance.now() - startedMs), problem: null, checkedWhat };
      } catch (error) {
        const problem = asProviderError("comfyui", error).message;
        return { ok: false, roundTripMs: Math.round(performance.now() - startedMs), problem, checkedWhat };
      }
    },
  };
}

function isMissing(error: unknown): boolean {
  return ProviderError.is(error) && error.httpStatus === 404;
}
