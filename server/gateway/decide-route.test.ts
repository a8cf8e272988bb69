import { afterAll, beforeAll, expect, it } from "vitest";
import { replay } from "@/server/domain/decision";
import { startSystem, TESTER, type TestSystem } from "@/server/engine/testing/start-system";
import { rollBack } from "@/server/rollout/roll-back";
import { decideRoute } from "./decide-route";

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem({ env: { IMAGE_GENERATION_PROVIDER: "runpod" } });
});
afterAll(() => system.stop());

const ask = (key: string | null) =>
  decideRoute(system.runtime, TESTER, { environment: "sandbox", key, operation: "txt2img" });

it("answers by the revision in force, the same for the same key, and by the control right after a rollback", async () => {
  const first = await ask("user-7");
  expect(first).toMatchObject({ provider: "comfyui", rule: "bucket", stickyKey: "user-7" });
  expect((await ask("user-7")).bucket).toBe(first.bucket);
  expect(replay(first)).toBe(first.provider);
  const operator = { principal: TESTER, via: "cli" as const, requestId: null };
  await rollBack(system.runtime.rollout, operator, { environment: "sandbox", reason: null, pressedAtMs: null });
  expect((await ask("user-7")).provider).toBe("scenario");
});

it("refuses a key that no header could carry, and a principal without the scope", async () => {
  await expect(ask("")).rejects.toMatchObject({ code: "BAD_REQUEST", problems: [{ field: "key" }] });
  const reader = { ...TESTER, kind: "api_key" as const, scopes: ["read" as const] };
  await expect(
    decideRoute(system.runtime, reader, { environment: "sandbox", key: "a", operation: "txt2img" }),
  ).rejects.toMatchObject({ code: "FORBIDDEN" });
});
