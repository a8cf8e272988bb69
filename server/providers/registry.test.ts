import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "@/server/domain/secret";
import { AppError } from "@/server/errors";
import { createProviders, type ProviderRegistry } from "./registry";
import { PROVIDER_DEFAULTS, type ProviderSettings } from "./settings";
import { idle, listen, recordingSend, txt2img } from "./test-kit";

const NONE = { txt2img: null, img2img: null, removeBackground: null };

function settings(): ProviderSettings {
  return {
    scenario: {
      baseUrl: "https://scenario.example/v1",
      apiKey: new Secret("key"),
      secret: new Secret("secret"),
      api: "custom",
      projectId: null,
      models: NONE,
    },
    comfyui: {
      ...PROVIDER_DEFAULTS.comfyui,
      baseUrl: "https://runpod.example/v2",
      apiKey: new Secret("key"),
      endpointId: "ep",
      workflowFiles: NONE,
    },
  };
}

let folder = "";
let registry: ProviderRegistry | null = null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchyard-registry-"));
});
afterEach(async () => {
  await registry?.close();
  registry = null;
  await rm(folder, { recursive: true });
});

const made = (changed: ProviderSettings, options?: Parameters<typeof createProviders>[1]) => {
  registry = createProviders(changed, options);
  return registry;
};

describe("what is configured", () => {
  it("has both with both sets of credentials", () => {
    const { configured, notConfigured } = made(settings());
    expect(configured().map((provider) => provider.id)).toEqual(["scenario", "comfyui"]);
    expect([notConfigured("scenario"), notConfigured("comfyui")]).toEqual([[], []]);
  });

  it("names the variables that are missing, by the plan's names", () => {
    const bare = settings();
    bare.scenario.secret = null;
    bare.comfyui.apiKey = null;
    bare.comfyui.endpointId = null;
    const { get, notConfigured } = made(bare);
    expect([get("scenario"), get("comfyui")]).toEqual([null, null]);
    expect(notConfigured("scenario")).toEqual(["SCENARIO_SECRET_API_KEY"]);
    expect(notConfigured("comfyui")).toEqual(["RUNPOD_API_KEY", "RUNPOD_COMFYUI_ENDPOINT_ID"]);
  });
});

describe("operator's workflows", () => {
  it("are read once and used", async () => {
    const path = join(folder, "own.json");
    const graph = {
      "1": { class_type: "Text", inputs: { text: "{{prompt}}", seed: "{{seed}}" } },
      "2": { class_type: "SaveImage", inputs: { images: ["1", 0] } },
    };
    await writeFile(path, JSON.stringify(graph));
    const own = settings();
    own.comfyui.workflowFiles = { ...NONE, txt2img: path };
    const { send, calls } = recordingSend(() => ({ json: { id: "job-1" } }));
    const provider = made(own, { send }).get("comfyui");
    await rm(path);
    const options = { ...idle(), attemptId: "a", webhookUrl: null, remainingMs: 60_000 };
    const result = await provider?.submit(txt2img({ steps: 9 }), options);
    expect(calls[0]?.json).toMatchObject({
      input: { workflow: { "1": { inputs: { text: "a red fox in snow", seed: 42 } } } },
    });
    expect(result?.warnings).toContain("this workflow takes no steps; it is left out");
  });

  it.each([
    ["{}", /own\.json: .*needs the slot \{\{prompt\}\}/],
    ["nonsense", /own\.json: is not JSON/],
    [null, /ENOENT/],
  ])("that are wrong stop the start and say why: %s", async (text, message) => {
    const path = join(folder, "own.json");
    if (text !== null) await writeFile(path, text);
    const own = settings();
    own.comfyui.workflowFiles = { ...NONE, txt2img: path };
    try {
      made(own);
      throw new Error("it was accepted");
    } catch (error) {
      if (!AppError.is(error)) throw error;
      expect(error.code).toBe("NOT_CONFIGURED");
      expect(error.message).toMatch(message);
    }
  });
});

describe("addresses found in answers", () => {
  it("may not lead a real provider's download to this machine", async () => {
    let hits = 0;
    const trap = await listen((_request, response) => {
      hits += 1;
      response.end("inside");
    });
    const provider = made(settings()).get("comfyui");
    const output = { index: 0, kind: "url" as const, url: trap.url };
    await expect(provider?.download(output, { ...idle(), maxBytes: 100 })).rejects.toMatchObject({
      mode: "provider_unavailable",
    });
    expect(hits).toBe(0);
    await trap.close();
  });

  it("may where the provider itself is on loopback, as the sandbox is", async () => {
    const cdn = await listen((_request, response) => response.end("picture"));
    const local = settings();
    local.comfyui.baseUrl = "http://127.0.0.1:1/v2";
    const provider = made(local).get("comfyui");
    const bytes = await provider?.download({ index: 0, kind: "url", url: cdn.url }, { ...idle(), maxBytes: 100 });
    expect(Buffer.from(bytes ?? []).toString()).toBe("picture");
    await cdn.close();
  });
});
