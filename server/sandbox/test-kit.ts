import { isObject, type JsonObject } from "./http";
import type { SandboxOptions } from "./options";
import { startSandbox } from "./start-sandbox";

/** Nodes of the contract's text-to-image workflow, with what a test wants otherwise. */
export function txt2img(prompt: string, seed = 1, changes: { [id: string]: JsonObject } = {}): JsonObject {
  const node = (class_type: string, inputs: JsonObject) => ({ class_type, inputs });
  return {
    "30": node("CheckpointLoaderSimple", { ckpt_name: "flux1-dev-fp8.safetensors" }),
    "6": node("CLIPTextEncode", { text: prompt, clip: ["30", 1] }),
    "33": node("CLIPTextEncode", { text: "", clip: ["30", 1] }),
    "35": node("FluxGuidance", { guidance: 3.5, conditioning: ["6", 0] }),
    "27": node("EmptySD3LatentImage", { width: 64, height: 48, batch_size: 1 }),
    "31": node("KSampler", {
      seed,
      steps: 10,
      cfg: 1,
      sampler_name: "euler",
      scheduler: "simple",
      denoise: 1,
      model: ["30", 0],
      positive: ["35", 0],
      negative: ["33", 0],
      latent_image: ["27", 0],
    }),
    "8": node("VAEDecode", { samples: ["31", 0], vae: ["30", 2] }),
    "9": node("SaveImage", { filename_prefix: "ComfyUI", images: ["8", 0] }),
    ...changes,
  };
}

export interface Reply {
  status: number;
  headers: Headers;
  /** Empty when the answer was no JSON object. */
  body: JsonObject;
  text: string;
}

/** A sandbox and short ways to call it. The clock runs fast: nothing here waits for a fixed time. */
export async function testSandbox(options: SandboxOptions = {}) {
  const sandbox = await startSandbox({ clockFactor: 500, instance: "test", imageMode: "tiny", ...options });
  const { urls, credentials } = sandbox;
  const call = async (url: string, init: RequestInit): Promise<Reply> => {
    const response = await fetch(url, init);
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    return { status: response.status, headers: response.headers, body: isJson ? parseObject(text) : {}, text };
  };
  const bearer = { authorization: `Bearer ${credentials.runpodApiKey}`, "content-type": "application/json" };
  const basic = `Basic ${Buffer.from(`${credentials.scenarioApiKey}:${credentials.scenarioSecret}`).toString("base64")}`;
  const jobs = (path: string, body?: unknown, headers: Record<string, string> = bearer) =>
    call(`${urls.runpodJobs}/v2/${credentials.endpointId}/${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers,
      body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
    });
  return {
    sandbox,
    call,
    jobs,
    runsync: (workflow: JsonObject, extra: JsonObject = {}) =>
      jobs("runsync?wait=300000", { input: { workflow, ...extra } }),
    management: (path: string, patch?: unknown) =>
      call(`${urls.runpodManagement}/v2/${path}`, {
        method: patch === undefined ? "GET" : "PATCH",
        headers: bearer,
        body: patch === undefined ? undefined : JSON.stringify(patch),
      }),
    scenario: (path: string, body?: unknown) =>
      call(`${urls.scenario}/v1/${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: { authorization: basic, "content-type": "application/json" },
        body: body === undefined ? undefined : JSON.stringify(body),
      }),
  };
}

function parseObject(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** Asks again until `read` gives something, for at most twenty seconds. */
export async function until<T>(read: () => Promise<T | null | false | undefined>): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const value = await read();
    if (value !== null && value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error("the condition did not come true within 20 s");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
