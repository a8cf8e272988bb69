import { z } from "zod";
import { type ImageInput, imageInputSchema } from "@/server/domain/generation-request";
import { type Submission, submissionSchema } from "@/server/domain/submission";
import { zodProblems } from "@/server/domain/zod-problems";
import { AppError, type FieldProblem } from "@/server/errors";
import { type Call, header } from "./call";
import { parseJson } from "./json-body";
import { parseMultipart } from "./multipart-body";
import { readBody } from "./read-body";

/** A picture of 7 MiB in base64, with room for everything else. */
const JSON_MAX_BYTES = 12_000_000;
const MULTIPART_MAX_BYTES = 9_000_000;

/** The JSON body; a form has the same fields. */
export const submissionBodySchema = submissionSchema.extend({
  image: z
    .union([imageInputSchema, z.string().min(1)], {
      error: 'must be {"base64": "…"}, {"url": "https://…"} or a data URL',
    })
    .nullable()
    .default(null),
  environment: z.string({ error: "must be a text" }).max(31).nullable().default(null),
  source: z.enum(["api", "cli"], { error: "must be api or cli" }).default("api"),
});

export interface ParsedSubmission {
  submission: Submission;
  image: ImageInput | { bytes: Uint8Array } | { dataUrl: string } | null;
  environment: string | null;
  source: "api" | "cli";
}

/** Reads and checks the body of a request for a generation. Throws what the caller has to mend, all of it at once. */
export async function parseSubmission(call: Call): Promise<ParsedSubmission> {
  const contentType = header(call.incoming, "content-type") ?? "";
  const [type = ""] = contentType.toLowerCase().split(";");
  if (type.trim() === "application/json") {
    return checked(parseJson(await readBody(call.incoming, JSON_MAX_BYTES)), null);
  }
  if (type.trim() === "multipart/form-data") {
    const { fields, files } = await parseMultipart(await readBody(call.incoming, MULTIPART_MAX_BYTES), contentType);
    const file = files.get("image") ?? null;
    const wrong: FieldProblem[] = [...files.keys()]
      .filter((name) => name !== "image")
      .map((field) => ({ field, rule: "is not a known file; send the picture as image" }));
    if (wrong.length > 0) throw invalid(wrong);
    return checked(Object.fromEntries([...fields].map(([name, text]) => [name, fromText(name, text)])), file);
  }
  throw new AppError("UNSUPPORTED_MEDIA_TYPE", "the body must be application/json or multipart/form-data", {
    problems: [{ field: "content-type", rule: "must be application/json or multipart/form-data" }],
  });
}

const NUMBERS = new Set(["width", "height", "steps", "guidance", "seed", "strength", "count", "deadlineMs"]);

/** Forms know only texts: numbers and booleans are read, anything else is left for the schema to refuse. */
function fromText(name: string, text: string): unknown {
  if (NUMBERS.has(name) && /^-?[0-9]+(\.[0-9]+)?$/.test(text.trim())) return Number(text);
  if (name === "fallback" && /^(true|false)$/.test(text)) return text === "true";
  return text;
}

function checked(body: unknown, file: Uint8Array | null): ParsedSubmission {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw invalid([{ field: "body", rule: "must be an object" }]);
  const parsed = submissionBodySchema.safeParse(body);
  if (!parsed.success) throw invalid(zodProblems(parsed.error));
  const { image, environment, source, ...submission } = parsed.data;
  if (file && image !== null) throw invalid([{ field: "image", rule: "must be given once" }]);
  return { submission, environment, source, image: file ? { bytes: file } : asImage(image) };
}

function asImage(image: ImageInput | string | null): ParsedSubmission["image"] {
  return typeof image === "string" ? { dataUrl: image } : image;
}

function invalid(problems: FieldProblem[]): AppError {
  const all = problems.map(({ field, rule }) => `${field} ${rule}`).join("; ");
  return new AppError("BAD_REQUEST", all, { problems });
}
