import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import type { SandboxProcess } from "./sandbox-process";

const agent = new Agent({ connections: 128, keepAliveTimeout: 20_000 });

/** One JSON call; throws on any status but 2xx. */
export async function call(
  method: "GET" | "POST" | "PATCH",
  url: string,
  key: string | null,
  body?: unknown,
): Promise<unknown> {
  const answer = await request(url, {
    method,
    dispatcher: agent,
    headers: { ...(key === null ? {} : { authorization: key }), "content-type": "application/json" },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await answer.body.text();
  if (answer.statusCode > 299) throw new Error(`${method} ${url}: ${answer.statusCode} ${text.slice(0, 200)}`);
  return JSON.parse(text);
}

export function closeConnections(): Promise<void> {
  return agent.close();
}

/** Sandbox time as a client can know it: the machine's clock, so many times as fast. */
export class FastClock {
  readonly #startMs = performance.now();
  constructor(readonly factor: number) {}
  nowMs(): number {
    return (performance.now() - this.#startMs) * this.factor;
  }
  wait(ms: number): Promise<void> {
    return sleep(Math.max(0, ms / this.factor));
  }
}

export const jobPlane = (sandbox: SandboxProcess) => `${sandbox.urls.runpodJobs}/v2/${sandbox.credentials.endpointId}`;

/** worker-comfyui's example graph for FLUX, with a seed of its own so that no result comes from a cache. */
export function fluxInput(prompt: string, seed: number) {
  return {
    workflow: {
      "30": { class_type: "CheckpointLoaderSimple", inputs: { ckpt_name: "flux1-dev-fp8.safetensors" } },
      "6": { class_type: "CLIPTextEncode", inputs: { text: prompt, clip: ["30", 1] } },
      "33": { class_type: "CLIPTextEncode", inputs: { text: "", clip: ["30", 1] } },
      "35": { class_type: "FluxGuidance", inputs: { guidance: 3.5, conditioning: ["6", 0] } },
      "27": { class_type: "EmptySD3LatentImage", inputs: { width: 256, height: 256, batch_size: 1 } },
      "31": {
        class_type: "KSampler",
        inputs: {
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
        },
      },
      "8": { class_type: "VAEDecode", inputs: { samples: ["31", 0], vae: ["30", 2] } },
      "9": { class_type: "SaveImage", inputs: { filename_prefix: "eval", images: ["8", 0] } },
    },
  };
}
