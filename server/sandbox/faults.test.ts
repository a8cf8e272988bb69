import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { VirtualClock } from "./clock";
import { FaultPlan, parseFaultRule } from "./faults";
import { parseEndpointSettings, parseScenario } from "./options";
import { testSandbox, txt2img, until } from "./test-kit";

const chance = { provider: "runpod" as const, operation: "run", prompt: "a Red fox" };

describe("FaultPlan", () => {
  it("strikes by count, after, prompt, provider, operation and time", () => {
    const clock = new VirtualClock();
    const plan = new FaultPlan(clock, 1);
    const strikes = (rule: object, times = 4, at = chance) => {
      plan.remove();
      plan.add(parseFaultRule({ fault: "reset", ...rule }));
      return Array.from({ length: times }, () => (plan.forCall(at) === null ? 0 : 1)).join("");
    };
    expect(strikes({ count: 2 })).toBe("1100");
    expect(strikes({ after: 1, count: 2 })).toBe("0110");
    expect(strikes({ promptIncludes: "red FOX" })).toBe("1111");
    expect(strikes({ promptIncludes: "cat" })).toBe("0000");
    expect(strikes({ provider: "scenario" })).toBe("0000");
    expect(strikes({ operation: "status" })).toBe("0000");
    expect(strikes({ fromS: 10, untilS: 20 })).toBe("0000");
    clock.advance(10_000);
    expect(plan.forCall(chance)).not.toBeNull();
    clock.advance(10_000);
    expect(plan.forCall(chance)).toBeNull();
  });

  it("strikes as often as its probability says, the same way for the same seed", () => {
    const run = (seed: number) => {
      const plan = new FaultPlan(new VirtualClock(), seed);
      plan.add({ fault: "reset", probability: 0.3 });
      return Array.from({ length: 2_000 }, () => plan.forCall(chance) !== null);
    };
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
    const share = run(1).filter(Boolean).length / 2_000;
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.35);
  });

  it("reads faults out of prompts, with a value, a number of times, and in short forms", () => {
    const plan = new FaultPlan(new VirtualClock(), 1);
    const job = (prompt: string) => plan.forJob({ ...chance, prompt }).map(({ kind, value }) => [kind, value]);
    expect(job("a fox [fault:oom] and [fault:slow=12]")).toEqual([
      ["out_of_memory", null],
      ["slow", 12],
    ]);
    expect(job("a fox [fault:unheard_of]")).toEqual([]);
    const twice = { ...chance, prompt: "a fox [fault:429*2]" };
    expect([1, 2, 3].map(() => plan.forCall(twice)?.kind)).toEqual(["rate_limited", "rate_limited", undefined]);
  });

  it.each([
    [{ fault: "nonsense" }, /"fault" is "nonsense"; allowed: rate_limited/],
    [{ fault: "reset", when: 1 }, /unknown field "when"/],
    [{ fault: "reset", probability: 2 }, /"probability" must be 0 to 1/],
    [{ fault: "reset", count: "two" }, /"count" must be a number/],
    [{ fault: "reset", provider: "aws" }, /"provider" must be/],
    ["reset", /must be an object/],
  ])("refuses the rule %j by name", (rule, message) => {
    expect(() => parseFaultRule(rule)).toThrow(message);
  });
});

it("every ready scenario file is valid, and a wrong one is refused by field", () => {
  const folder = new URL("./scenarios/", import.meta.url);
  const files = readdirSync(folder);
  expect(files).toContain("bad-night.json");
  for (const file of files) parseScenario(JSON.parse(readFileSync(new URL(file, folder), "utf8")));
  expect(() => parseScenario({ name: "x", fault: [] })).toThrow(/unknown field "fault"/);
  expect(() => parseEndpointSettings({ workersMin: "1" })).toThrow(/"workersMin" must be a number/);
  expect(() => parseEndpointSettings({ worker: 1 })).toThrow(/unknown field "worker"/);
});

describe("over the wire", () => {
  let kit: Awaited<ReturnType<typeof testSandbox>>;
  beforeAll(async () => {
    kit = await testSandbox({ rateLimits: false });
  });
  afterAll(() => kit.sandbox.stop());
  const run = (prompt = "x") => kit.jobs("run", { input: { workflow: txt2img(prompt, 1) } });
  const once = (rule: object) =>
    kit.sandbox.addFault(parseFaultRule({ provider: "runpod", operation: "run", count: 1, ...rule }));

  it("429 with and without Retry-After", async () => {
    once({ fault: "rate_limited" });
    const bare = await run();
    expect([bare.status, bare.headers.get("retry-after")]).toEqual([429, null]);
    once({ fault: "rate_limited", value: 7 });
    expect((await run()).headers.get("retry-after")).toBe("7");
    expect((await run()).status).toBe(200);
  });

  it.each([
    ["unauthorized", 401],
    ["payment_required", 402],
    ["forbidden", 403],
    ["server_error", 500],
  ])("%s answers %i", async (fault, status) => {
    once({ fault });
    expect((await run()).status).toBe(status);
  });

  it("an edge's HTML and JSON that ends too soon", async () => {
    once({ fault: "server_error", value: 502, html: true });
    const edge = await run();
    expect([edge.status, edge.headers.get("content-type"), edge.text.slice(0, 6)]).toEqual([
      502,
      "text/html",
      "<html>",
    ]);
    once({ fault: "malformed_json" });
    const broken = await run();
    expect(() => JSON.parse(broken.text)).toThrow();
  });

  it("a reset before the work leaves no job, one after it does", async () => {
    const jobs = () => kit.sandbox.ledger.totals().jobs;
    const before = jobs();
    once({ fault: "reset" });
    await expect(run()).rejects.toThrow();
    expect(jobs()).toBe(before);
    once({ fault: "accept_then_reset" });
    await expect(run()).rejects.toThrow();
    expect(jobs()).toBe(before + 1);
  });

  it("a hanging call is never answered, with or without its job", async () => {
    const jobs = () => kit.sandbox.ledger.totals().jobs;
    for (const [fault, made] of [
      ["hang", 0],
      ["accept_then_hang", 1],
    ] as const) {
      const before = jobs();
      once({ fault });
      const { urls, credentials } = kit.sandbox;
      const stop = new AbortController();
      const call = fetch(`${urls.runpodJobs}/v2/${credentials.endpointId}/run`, {
        method: "POST",
        headers: { authorization: `Bearer ${credentials.runpodApiKey}` },
        body: JSON.stringify({ input: { workflow: txt2img("x", 2) } }),
        signal: stop.signal,
      });
      // Another call goes through meanwhile: the sandbox is well, the first one is simply not answered.
      expect((await kit.jobs("health")).status).toBe(200);
      expect(await until(async () => jobs() === before + made)).toBe(true);
      stop.abort();
      await expect(call).rejects.toThrow();
    }
  });

  it("a revoked key is refused until the rule goes", async () => {
    const id = kit.sandbox.addFault({ fault: "key_revoked", provider: "runpod" });
    expect([(await run()).status, (await kit.management("serverless")).status]).toEqual([401, 401]);
    expect((await kit.scenario("models")).status).toBe(200);
    kit.sandbox.removeFaults(id);
    expect((await run()).status).toBe(200);
  });

  it("takes any key while the rule says so, the bucket without one as well", async () => {
    const { urls, credentials } = kit.sandbox;
    const health = async (key: string) =>
      (
        await fetch(`${urls.runpodJobs}/v2/${credentials.endpointId}/health`, {
          headers: { authorization: `Bearer ${key}` },
        })
      ).status;
    const listing = async () => (await fetch(`${urls.s3}/${credentials.bucket}?list-type=2`)).status;
    expect([await health("wrong"), await listing()]).toEqual([401, 401]);
    kit.sandbox.addFault({ fault: "any_key" });
    expect([await health("wrong"), await listing()]).toEqual([200, 200]);
    kit.sandbox.removeFaults();
    expect([await health("wrong"), await listing()]).toEqual([401, 401]);
  });

  it.each(["blank", "truncated", "wrong_size", "garbage"])(
    "a prompt with [fault:%s] gets a completed job with a bad picture",
    async (fault) => {
      const good = await kit.runsync(txt2img("x", 3));
      const bad = await kit.runsync(txt2img(`x [fault:${fault}]`, 3));
      expect(bad.body.status).toBe("COMPLETED");
      expect(JSON.stringify(bad.body.output)).not.toBe(JSON.stringify(good.body.output));
    },
  );

  it("[fault:cold] is cold although a worker is there for others, and the ledger says so", async () => {
    kit.sandbox.configureEndpoint({ workersMin: 1, workersMax: 1 });
    await kit.runsync(txt2img("x", 4));
    const { body } = await kit.runsync(txt2img("x [fault:cold=70]", 4));
    expect(body).toMatchObject({ status: "COMPLETED" });
    expect(body.delayTime).toBeGreaterThanOrEqual(70_000);
    expect(kit.sandbox.ledger.get(String(body.id))).toMatchObject({ class: "cold", faults: ["cold"] });
    kit.sandbox.configureEndpoint({ workersMin: 0, workersMax: 3 });
  });

  it("the control API adds, lists and removes faults, changes the endpoint, tells the truth, and refuses browsers", async () => {
    const control = (path: string, method = "GET", body?: unknown, headers = {}) =>
      kit.call(`${kit.sandbox.urls.control}${path}`, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
      });
    kit.sandbox.removeFaults();
    const { body } = await control("/faults", "POST", { faults: [{ fault: "oom", count: 1 }] });
    expect(body.ids).toHaveLength(1);
    const failed = await kit.runsync(txt2img("plain", 5));
    expect(failed.body.status).toBe("FAILED");
    expect((await control("/faults")).body.faults).toMatchObject([{ rule: { fault: "out_of_memory" }, struck: 1 }]);
    expect((await control("/faults", "DELETE")).body).toEqual({ removed: 1 });
    expect((await control(`/ledger/${failed.body.id}`)).body).toMatchObject({
      status: "FAILED",
      faults: ["out_of_memory"],
    });
    expect((await control("/ledger?limit=1")).body).toMatchObject({ totals: { jobs: expect.any(Number) } });
    expect((await control("/endpoint", "PATCH", { workersMax: 5, throttled: false })).body).toMatchObject({
      settings: { workersMax: 5 },
    });
    expect((await control("/faults", "POST", { fault: "x" })).status).toBe(400);
    expect((await control("/nothing")).status).toBe(404);
    expect((await control("/faults", "DELETE", undefined, { origin: "https://evil.example" })).status).toBe(403);
    expect((await control("/")).body).toMatchObject({ seed: 1, clockFactor: 500 });
  });
});
