import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../http";
import { testSandbox, until } from "../test-kit";

let kit: Awaited<ReturnType<typeof testSandbox>>;
beforeAll(async () => {
  kit = await testSandbox();
});
afterAll(() => kit.sandbox.stop());

const FLUX = "generate/custom/model_bfl-flux-1-dev";
const small = { width: 128, height: 128 };

async function finished(jobId: unknown): Promise<JsonObject> {
  return until(async () => {
    const job = (await kit.scenario(`jobs/${jobId}`)).body.job as JsonObject;
    return ["queued", "warming-up", "in-progress", "finalizing"].includes(String(job.status)) ? null : job;
  });
}

async function generate(path: string, body: JsonObject): Promise<JsonObject> {
  const reply = await kit.scenario(path, body);
  expect(reply.status).toBe(200);
  return finished((reply.body.job as JsonObject).jobId);
}

const assetIds = (job: JsonObject) => (job.metadata as { assetIds: string[] }).assetIds;

async function uploaded(): Promise<string> {
  const bytes = await sharp({ create: { width: 120, height: 90, channels: 3, background: "#224488" } })
    .png()
    .toBuffer();
  const { body } = await kit.scenario("assets", {
    name: "in.png",
    image: `data:image/png;base64,${bytes.toString("base64")}`,
  });
  return String((body.asset as JsonObject).id);
}

describe("transport", () => {
  it("wants Basic credentials and words a refusal as the gateway does", async () => {
    for (const authorization of ["Bearer x", `Basic ${Buffer.from("a:b").toString("base64")}`]) {
      const reply = await kit.call(`${kit.sandbox.urls.scenario}/v1/models?pageSize=1`, { headers: { authorization } });
      expect([reply.status, reply.body]).toEqual([401, { message: "Unauthorized" }]);
    }
  });

  it("lists models by page and describes one", async () => {
    const { body } = await kit.scenario("models?pageSize=1");
    expect(body.models).toHaveLength(1);
    expect(body.nextPaginationToken).toEqual(expect.any(String));
    const { model } = (await kit.scenario("models/model_bfl-flux-1-dev")).body as { model: { inputs: JsonObject[] } };
    expect(model.inputs).toContainEqual(expect.objectContaining({ name: "numOutputs", min: 1, max: 4 }));
    expect((await kit.scenario("models/nope")).body).toEqual({ reason: "Model nope not found" });
  });
});

describe("judging a custom call", () => {
  it.each([
    [{}, "Input prompt is required"],
    [{ prompt: "" }, "Input prompt is not allowed to be empty"],
    [{ prompt: "x".repeat(2_049) }, "Input prompt must be at most 2048 characters"],
    [{ prompt: "x", width: 100 }, "Input width must be at least 128"],
    [{ prompt: "x", height: 4_096 }, "Input height must be at most 2048"],
    [{ prompt: "x", width: 500 }, "Input width must be a multiple of 16"],
    [{ prompt: "x", seed: "42" }, "Input seed must be a number"],
    [{ prompt: "x", numOutputs: 5 }, "Input numOutputs must be at most 4"],
    [{ prompt: "x", negativePrompt: "y" }, "Input negativePrompt is not allowed"],
    [{ prompt: "x", strength: 0 }, "Input strength must be at least 0.01"],
    [{ prompt: "x", loras: ["a"], lorasScale: [3] }, "Input lorasScale must be at most 2"],
  ])("%j → 400, in a dry run too", async (body, reason) => {
    for (const query of ["", "?dryRun=true"]) {
      const reply = await kit.scenario(`${FLUX}${query}`, body);
      expect([reply.status, reply.body]).toEqual([400, { reason }]);
    }
  });

  it("knows neither unknown models nor unknown assets, and wants the base of a LoRA", async () => {
    expect((await kit.scenario("generate/custom/nope", { prompt: "x" })).body).toEqual({
      reason: "Model nope not found",
    });
    expect((await kit.scenario(FLUX, { prompt: "x", image: "asset_no" })).status).toBe(404);
    const lora = await kit.scenario("generate/custom/model_lora-house-style", { prompt: "x" });
    expect([lora.status, lora.body.reason]).toEqual([400, "Custom models only are supported for this endpoint"]);
  });

  it("a dry run by query answers 269 and makes no job; in the body it is ignored and bills", async () => {
    const before = kit.sandbox.ledger.totals().jobs;
    const dry = await kit.scenario(`${FLUX}?dryRun=true`, { prompt: "x" });
    expect([dry.status, dry.body]).toEqual([
      269,
      {
        creativeUnitsCost: 10.75,
        creativeUnitsDiscount: 0,
        costDetails: { "custom-generation": 9, "quality-gate": 1.75 },
      },
    ]);
    expect(kit.sandbox.ledger.totals().jobs).toBe(before);
    const real = await kit.scenario(FLUX, { prompt: "x", dryRun: true, ...small });
    expect(real.body.job).toMatchObject({ jobId: expect.stringMatching(/^job_/), jobType: "custom" });
    expect(kit.sandbox.ledger.totals().jobs).toBe(before + 1);
  });
});

describe("jobs", () => {
  it("walks queued to success with its history, and is billed when it has ended", async () => {
    const job = await generate(FLUX, { prompt: "a red fox", seed: 3, ...small });
    expect(job).toMatchObject({
      status: "success",
      progress: 1,
      billing: { cuCost: 9, cuDiscount: 0, cuCostDetails: { "quality-gate": 1.75 } },
    });
    const history = (job.statusHistory as { status: string; date: string }[]).map((step) => step.status);
    expect(history[0]).toBe("queued");
    expect(history.at(-1)).toBe("success");
    expect(history).toContain("in-progress");
    const entry = kit.sandbox.ledger.get(String(job.jobId));
    expect(entry).toMatchObject({ status: "success", creativeUnits: 10.75, costMicros: 96_750 });
  });

  it("warms up when made to, and says so", async () => {
    const job = await generate(FLUX, { prompt: "x [fault:cold=20]", ...small });
    expect(job.statusHistory).toContainEqual(expect.objectContaining({ status: "warming-up" }));
    expect(kit.sandbox.ledger.get(String(job.jobId))?.class).toBe("cold");
  });

  it("gives several outputs in no order, told apart by outputIndex", async () => {
    const job = await generate(FLUX, { prompt: "x", numOutputs: 3, ...small });
    const ids = assetIds(job);
    const indexes: unknown[] = [];
    for (const id of ids) indexes.push(((await kit.scenario(`assets/${id}`)).body.asset as JsonObject).outputIndex);
    expect(indexes).not.toEqual([0, 1, 2]);
    expect(indexes.slice().sort()).toEqual([0, 1, 2]);
  });

  it("a failure is spelled so, keeps its main charge and loses its add-ons", async () => {
    const job = await generate(FLUX, { prompt: "x [fault:failure]", ...small });
    expect(job).toMatchObject({ status: "failure", billing: { cuCost: 9, cuCostDetails: { "quality-gate": 0 } } });
    expect(assetIds(job)).toEqual([]);
    expect(kit.sandbox.ledger.get(String(job.jobId))?.costMicros).toBe(0);
  });

  it("cancels inference jobs and no custom ones", async () => {
    const slow = "x [fault:never_finishes]";
    const custom = (await kit.scenario(FLUX, { prompt: slow, ...small })).body.job as JsonObject;
    const refused = await kit.scenario(`jobs/${custom.jobId}/action`, { action: "cancel" });
    expect([refused.status, refused.body.reason]).toEqual([
      400,
      "Cannot cancel this type of job. Action not permitted.",
    ]);
    const inference = (await kit.scenario("generate/txt2img", { modelId: "flux.1-dev", prompt: slow })).body
      .job as JsonObject;
    expect((await kit.scenario(`jobs/${inference.jobId}/action`, { action: "cancel" })).body.job).toMatchObject({
      status: "canceled",
    });
    expect((await kit.scenario("jobs/nope")).body).toEqual({ reason: "Job nope not found" });
  });

  it("lists jobs by page, type and status", async () => {
    const first = (await kit.scenario("jobs?pageSize=2&type=custom")).body as {
      jobs: JsonObject[];
      nextPaginationToken: string;
    };
    expect(first.jobs).toHaveLength(2);
    const second = (await kit.scenario(`jobs?pageSize=2&type=custom&paginationToken=${first.nextPaginationToken}`))
      .body as { jobs: JsonObject[] };
    expect(second.jobs.map((job) => job.jobId)).not.toContain(first.jobs[1]?.jobId);
    expect(
      ((await kit.scenario("jobs?status=failure")).body.jobs as JsonObject[]).every((job) => job.status === "failure"),
    ).toBe(true);
    expect((await kit.scenario("jobs?pageSize=500")).status).toBe(400);
  });

  it("above the team's ceiling 429 names action and limit, and a finished job makes room", async () => {
    const crowded = await testSandbox({ scenarioSettings: { concurrency: 2 } });
    const submit = (prompt: string) => crowded.scenario(FLUX, { prompt, ...small });
    await submit("x [fault:never_finishes]");
    const second = await submit("x [fault:slow=100]");
    const third = await submit("x");
    expect([third.status, third.body.details]).toEqual([429, { actionName: "concurrent-generations", actionLimit: 2 }]);
    const { jobId } = second.body.job as JsonObject;
    await until(async () => ((await crowded.scenario(`jobs/${jobId}`)).body.job as JsonObject).status === "success");
    expect((await submit("x")).status).toBe(200);
    await crowded.sandbox.stop();
  });
});

describe("the legacy routes", () => {
  it("make four images when nobody says how many, with a seed that is text", async () => {
    const reply = await kit.scenario("generate/txt2img", {
      modelId: "flux.1-dev",
      prompt: "x",
      seed: "42",
      width: 64,
      height: 64,
    });
    expect(reply.body).toMatchObject({
      job: { jobType: "inference" },
      inference: { seed: "42" },
      creativeUnitsCost: 37.75,
    });
    const job = await finished((reply.body.job as JsonObject).jobId);
    expect(assetIds(job)).toHaveLength(4);
  });

  it("refuse what they do not take", async () => {
    expect((await kit.scenario("generate/txt2img", { prompt: "x" })).body).toEqual({
      reason: '"modelId" must be a string',
    });
    const seed = await kit.scenario("generate/txt2img", { modelId: "flux.1-dev", prompt: "x", seed: 42 });
    expect([seed.status, seed.body]).toEqual([400, { reason: '"seed" must be a string' }]);
    expect(
      (await kit.scenario("generate/txt2img?dryRun=true", { modelId: "flux.1-dev", prompt: "x", numSamples: 1 }))
        .status,
    ).toBe(269);
  });

  it("img2img takes a data URL, remove-background an asset", async () => {
    const bytes = await sharp({ create: { width: 64, height: 64, channels: 3, background: "#aa3322" } })
      .png()
      .toBuffer();
    const image = `data:image/png;base64,${bytes.toString("base64")}`;
    const made = await generate("generate/img2img", {
      modelId: "flux.1-dev",
      prompt: "x",
      numSamples: 1,
      image,
      strength: 0.4,
    });
    expect(assetIds(made)).toHaveLength(1);
    const cut = await generate("generate/remove-background", { image: await uploaded() });
    expect(cut).toMatchObject({ jobType: "remove-background", status: "success" });
  });
});

describe("assets", () => {
  it("are handed out by a signed URL of another origin that wants nothing changed and no credentials", async () => {
    const job = await generate(FLUX, { prompt: "a ship", ...small });
    const { asset } = (await kit.scenario(`assets/${assetIds(job)[0]}?originalAssets=true`)).body as {
      asset: { url: string; originalFileUrl: string; mimeType: string };
    };
    expect(new URL(asset.url).origin).toBe(kit.sandbox.urls.scenarioCdn);
    expect(asset.originalFileUrl).toBe(asset.url);
    const good = await fetch(asset.url);
    expect([good.status, good.headers.get("content-type")]).toEqual([200, "image/png"]);
    expect((await sharp(Buffer.from(await good.arrayBuffer())).metadata()).width).toBe(128);
    expect((await fetch(asset.url, { headers: { authorization: "Basic x" } })).status).toBe(400);
    expect((await fetch(`${asset.url}&w=64`)).status).toBe(403);
    expect((await fetch(asset.url.replace(/Expires=\d/, "Expires=9"))).status).toBe(403);
  });

  it("stop being readable when the URL has expired", async () => {
    const short = await testSandbox({ scenarioSettings: { cdnUrlTtlMs: 60_000 } });
    const bytes = await sharp({ create: { width: 8, height: 8, channels: 3, background: "#fff" } })
      .png()
      .toBuffer();
    const { asset } = (await short.scenario("assets", { name: "x.png", image: bytes.toString("base64") })).body as {
      asset: { url: string };
    };
    expect(await until(async () => (await fetch(asset.url)).status === 403)).toBe(true);
    await short.sandbox.stop();
  });

  it("some come transformed unless the original is asked for", async () => {
    const types = new Set<string>();
    for (let round = 0; round < 8; round += 1) {
      const job = await generate(FLUX, { prompt: "x", numOutputs: 4, ...small });
      for (const id of assetIds(job)) {
        types.add(String(((await kit.scenario(`assets/${id}`)).body.asset as JsonObject).mimeType));
        expect(((await kit.scenario(`assets/${id}?originalAssets=true`)).body.asset as JsonObject).mimeType).toBe(
          "image/png",
        );
      }
    }
    expect([...types].sort()).toEqual(["image/png", "image/webp"]);
  });

  it("BiRefNet's opaque pixels have alpha 254", async () => {
    const job = await generate("generate/custom/model_birefnet-background-removal", { image: await uploaded() });
    expect(job.billing).toEqual({ cuCost: 2, cuDiscount: 0 });
    const { asset } = (await kit.scenario(`assets/${assetIds(job)[0]}?originalAssets=true`)).body as {
      asset: { url: string };
    };
    const { channels } = await sharp(Buffer.from(await (await fetch(asset.url)).arrayBuffer())).stats();
    expect([channels.length, channels[3]?.max]).toEqual([4, 254]);
    const shadow = { image: await uploaded(), shadowMode: "huge" };
    expect((await kit.scenario("generate/custom/model_photoroom-background-removal", shadow)).status).toBe(400);
  });

  it("refuses what is no image, and the upload flow ends as imported or failed", async () => {
    expect((await kit.scenario("assets", { name: "x", image: Buffer.from("no").toString("base64") })).status).toBe(400);
    const bytes = await sharp({ create: { width: 40, height: 30, channels: 3, background: "#0a0" } })
      .jpeg()
      .toBuffer();
    for (const [content, end] of [
      [bytes, "imported"],
      [Buffer.from("no image"), "failed"],
    ] as const) {
      const start = { fileName: "a.jpg", fileSize: content.length, contentType: "image/jpeg", kind: "image", parts: 2 };
      const { upload } = (await kit.scenario("uploads", start)).body as {
        upload: { id: string; parts: { url: string }[] };
      };
      const half = content.length >> 1;
      for (const [index, part] of [content.subarray(0, half), content.subarray(half)].entries()) {
        expect(
          (await fetch(upload.parts[index]?.url ?? "", { method: "PUT", body: new Uint8Array(part) })).status,
        ).toBe(200);
      }
      expect((await kit.scenario(`uploads/${upload.id}/action`, { action: "complete" })).status).toBe(200);
      const done = await until(async () => {
        const state = (await kit.scenario(`uploads/${upload.id}`)).body.upload as JsonObject;
        return state.status === "imported" || state.status === "failed" ? state : null;
      });
      expect(done.status).toBe(end);
      if (end === "imported")
        expect((await kit.scenario(`assets/${done.entityId}`)).body.asset).toMatchObject({ mimeType: "image/jpeg" });
    }
  });
});

it("tells prices and usage", async () => {
  expect((await kit.scenario("oscu/prices")).body.prices).toContainEqual({
    creativeUnits: 5_000,
    unitAmount: 4_500,
    currency: "usd",
    expires: 365,
  });
  const { consumption } = (await kit.scenario("usages?timeRange=month")).body as { consumption: { value: number }[] };
  expect(consumption[0]?.value).toBeGreaterThan(0);
  const past = (await kit.scenario("usages?startDate=2020-01-01&endDate=2020-02-01")).body as { activity: unknown[] };
  expect(past.activity).toEqual([]);
  expect((await kit.scenario("usages?startDate=2026-01-01&endDate=2026-06-01")).status).toBe(400);
});
