import { z } from "zod";
import { send } from "./answer";
import type { Route } from "./call";
import { batchExportQuerySchema } from "./export-batch";
import { generationSchemas, pageSchema, problemSchema, ref, reportAnswerSchema } from "./openapi-schemas";
import { submissionBodySchema } from "./parse-submission";
import { exportQuerySchema, listQuerySchema } from "./read-generations";
import { reviewQuerySchema } from "./read-review";
import { reportBodySchema } from "./report-history";

let text: string | null = null;

export const openapiRoute: Route = {
  method: "GET",
  path: "/api/v1/openapi.json",
  access: "public",
  why: "it describes what anybody can read in the sources",
  async handle({ outgoing }) {
    text ??= JSON.stringify(describe());
    send(outgoing, 200, text, {
      "content-type": "application/json; charset=utf-8",
      "cache-control": "public, max-age=300",
    });
  },
};

const json = (schema: object) => ({ "application/json": { schema } });
const string = { type: "string" };

/** The schema that the body is checked by, as JSON Schema of what callers write. */
function jsonSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return rest;
}

function describe(): object {
  const submission = jsonSchema(submissionBodySchema);
  const id = { name: "id", in: "path", required: true, schema: { type: "string", format: "uuid" } };
  const problems = {
    default: { description: "What was wrong", content: { "application/problem+json": { schema: ref("Problem") } } },
  };
  const detail = (description: string) => ({ description, content: json(ref("Generation")) });
  const headers = ["Idempotency-Key", "X-Switchyard-Key", "X-Switchyard-Environment", "Prefer"].map((name) => ({
    name,
    in: "header",
    schema: string,
    description: HEADERS[name],
  }));
  return {
    openapi: "3.1.0",
    info: { title: "Switchyard", version: "1", description: "Images from whichever provider serves." },
    security: [{ apiKey: [] }],
    paths: {
      "/api/v1/generations": {
        post: {
          operationId: "createGeneration",
          parameters: headers,
          requestBody: {
            required: true,
            content: {
              ...json(ref("Submission")),
              "multipart/form-data": {
                schema: { ...submission, description: "The same fields as texts, and a file `image`" },
              },
            },
          },
          responses: {
            "200": detail("It has ended without images: see state and failureMode"),
            "201": detail("It has succeeded"),
            "202": detail("It was accepted; its address is in Location"),
            ...problems,
          },
        },
        get: {
          operationId: "listGenerations",
          parameters: queryParameters(listQuerySchema),
          responses: {
            "200": {
              description: "A page; newest first unless sorted otherwise",
              content: json(ref("GenerationPage")),
            },
            ...problems,
          },
        },
      },
      "/api/v1/generations/export": {
        get: {
          operationId: "exportGenerations",
          description:
            "All generations of the view, newest first, as a file: CSV (with a header row; texts that a spreadsheet would take for a formula begin with ') or a JSON object a line. Costs are millionths of a US dollar.",
          parameters: queryParameters(exportQuerySchema),
          responses: {
            "200": {
              description: "The rows, as a stream; one that breaks off ends without its last chunk",
              content: { "text/csv": { schema: string }, "application/x-ndjson": { schema: string } },
            },
            ...problems,
          },
        },
      },
      "/api/v1/generations/{id}": {
        parameters: [id],
        get: { operationId: "getGeneration", responses: { "200": detail("The generation as it is now"), ...problems } },
        delete: {
          operationId: "cancelGeneration",
          responses: { "200": detail("It has ended"), "202": detail("It will end"), ...problems },
        },
      },
      "/api/v1/generations/{id}/events": {
        parameters: [id],
        get: {
          operationId: "watchGeneration",
          description: "Server-sent events named `generation`, each with the whole generation; ends when it has ended.",
          responses: {
            "200": { description: "The events", content: { "text/event-stream": { schema: string } } },
            ...problems,
          },
        },
      },
      "/api/v1/batches/{id}/export": {
        parameters: [id],
        get: {
          operationId: "exportBatch",
          description: "What came of a batch, as a file; html is the contact sheet with its pictures in it.",
          parameters: queryParameters(batchExportQuerySchema),
          responses: {
            "200": {
              description: "The batch as it is now",
              content: { ...json({ type: "object" }), "text/csv": { schema: string }, "text/html": { schema: string } },
            },
            ...problems,
          },
        },
      },
      "/api/v1/reviews/{week}": {
        parameters: [
          {
            name: "week",
            in: "path",
            required: true,
            schema: { type: "string", pattern: "^\\d{4}-W\\d{2}$" },
            description: "An ISO 8601 week such as 2026-W47",
          },
        ],
        get: {
          operationId: "readReview",
          description:
            "What a week cost and saved, with its review. JSON has money in millionths of a US dollar, CSV in exact dollars, one line a day and provider; what is unknown is null, or an empty cell.",
          parameters: queryParameters(reviewQuerySchema),
          responses: {
            "200": {
              description: "The week, as signed where it is signed",
              content: {
                ...json({ type: "object" }),
                "text/csv": { schema: string },
                "text/markdown": { schema: string },
              },
            },
            ...problems,
          },
        },
      },
      "/api/v1/rollout": {
        get: {
          operationId: "readRollout",
          parameters: [{ name: "environment", in: "query", required: false, schema: string }],
          responses: {
            "200": { description: "The revision in force", content: json({ type: "object" }) },
            ...problems,
          },
        },
      },
      "/api/v1/rollback": {
        post: {
          operationId: "rollBack",
          description: "Takes all traffic back to the control, at once. Twice does no harm. Needs the scope operate.",
          requestBody: {
            required: false,
            content: json({
              type: "object",
              properties: { environment: string, reason: string },
              additionalProperties: false,
            }),
          },
          responses: {
            "200": {
              description: "What is in force now, and whether this changed it",
              content: json({ type: "object" }),
            },
            ...problems,
          },
        },
      },
      "/api/v1/decision": {
        get: {
          operationId: "readDecision",
          description:
            "Which provider a caller that calls it itself is to call. The route may be taken back at any time.",
          parameters: [
            { name: "key", in: "query", required: false, schema: string, description: "The sticky key" },
            { name: "operation", in: "query", required: false, schema: string },
            { name: "environment", in: "query", required: false, schema: string },
          ],
          responses: {
            "200": { description: "The decision with its receipt", content: json({ type: "object" }) },
            ...problems,
          },
        },
      },
      "/api/v1/reports": {
        post: {
          operationId: "reportGenerations",
          description:
            "Up to 10,000 generations that the caller made at a provider itself. What is absent or null is unknown, never 0. A row's id is stored once, so a batch may be sent again; a bad row is refused by index and rule, and the others are kept. Needs the scope report.",
          parameters: [headers[2]],
          requestBody: { required: true, content: json(ref("Report")) },
          responses: {
            "200": { description: "How many were new, known, and refused", content: json(ref("ReportAnswer")) },
            ...problems,
          },
        },
      },
    },
    components: {
      securitySchemes: { apiKey: { type: "http", scheme: "bearer", description: "Authorization: Bearer sy_…" } },
      schemas: {
        Submission: submission,
        Report: jsonSchema(reportBodySchema),
        ReportAnswer: reportAnswerSchema,
        Problem: problemSchema,
        GenerationPage: pageSchema,
        ...generationSchemas(),
      },
    },
  };
}

const HEADERS: Record<string, string> = {
  "Idempotency-Key": "The same key never makes a second generation; with another body it is refused",
  "X-Switchyard-Key": "The sticky key, where the body has none",
  "X-Switchyard-Environment": "Must be the API key's environment",
  Prefer: "wait=N waits up to N seconds (at most 300) for the end; return=minimal answers with the id only",
};

function queryParameters(query: z.ZodType): object[] {
  const { properties = {} } = jsonSchema(query) as { properties?: Record<string, object> };
  return Object.entries(properties).map(([name, schema]) => ({ name, in: "query", schema }));
}
