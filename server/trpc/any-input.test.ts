import fc from "fast-check";
import { afterAll, beforeAll, describe, it } from "vitest";
import { z } from "zod";
import { localPrincipal } from "@/server/auth/access";
import { newId } from "@/server/domain/ids";
import { startTestServer, type TestServer } from "@/server/http/testing/start-test-server";
import { createCallerFactory } from "./init";
import { appRouter } from "./root";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

interface Schema {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  format?: string;
  minimum?: number;
  maximum?: number;
  maxItems?: number;
}

const WORDS = [
  "production",
  "staging",
  "a fox",
  "",
  " ",
  "0",
  "-1",
  "'; --",
  "%",
  "_",
  "\\",
  "🦊",
  "x".repeat(300),
  "comfyui",
  "2026-11-26",
];
const NUMBERS = [
  0, 1, -1, 0.5, 60_000, 2_147_483_648, 1_790_000_000_000, 9_007_199_254_740_991, -9_007_199_254_740_991, 1e300,
];

/** Inputs of the schema's shape, at its ends and beyond them. */
function arbitrary(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return fc.oneof(...either.map(arbitrary));
  switch (schema.type) {
    case "object": {
      const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => [name, arbitrary(field)] as const);
      return fc.record(Object.fromEntries(fields), { requiredKeys: (schema.required ?? []) as never[] });
    }
    case "array":
      return fc.array(schema.items ? arbitrary(schema.items) : fc.anything(), { maxLength: 3 });
    case "string":
      return fc.oneof(fc.constantFrom(...WORDS), fc.constant(newId()), fc.string({ unit: "binary", maxLength: 20 }));
    case "integer":
    case "number": {
      const ends = [schema.minimum, schema.maximum].filter((end) => end !== undefined);
      return fc.constantFrom(...NUMBERS, ...ends);
    }
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      return fc.constantFrom(null, 1, "x", {});
  }
}

interface Procedure {
  _def: { type: string; inputs: z.ZodType[] };
}
const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, Procedure>).filter(
  ([, { _def }]) => _def.type !== "subscription",
);

describe("no input of the right shape ends as a fault of ours", () => {
  it.each(procedures)("%s", async (path, { _def }) => {
    const [schema] = _def.inputs;
    const inputs = schema
      ? arbitrary(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Schema)
      : fc.constant(undefined);
    const principal = localPrincipal("test");
    const caller = createCallerFactory(appRouter)({
      runtime: server.runtime,
      session: { principal } as never,
      requestId: "r-1",
    });
    const call = path.split(".").reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], caller) as (
      input: unknown,
    ) => Promise<unknown>;
    await fc.assert(
      fc.asyncProperty(inputs, async (input) => {
        try {
          await call(input);
        } catch (error) {
          if ((error as { code?: string }).code !== "INTERNAL_SERVER_ERROR") return;
          throw error;
        }
      }),
      { numRuns: 100 },
    );
  });
});
