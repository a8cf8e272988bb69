import { textProblem } from "@/server/domain/text-problems";
import { AppError } from "@/server/errors";

export interface MultipartBody {
  /** Texts by field name; the last one wins nowhere: a repeated field is refused. */
  fields: Map<string, string>;
  files: Map<string, Uint8Array>;
}

const PARTS_MAX = 32;

/** Throws BAD_REQUEST on a body that is no form, on a repeated field and on more parts than any request needs. */
export async function parseMultipart(body: Buffer, contentType: string): Promise<MultipartBody> {
  let form: FormData;
  try {
    form = await new Response(new Uint8Array(body), { headers: { "content-type": contentType } }).formData();
  } catch {
    throw invalid("body", "must be multipart/form-data as its boundary says");
  }
  const fields = new Map<string, string>();
  const files = new Map<string, Uint8Array>();
  let parts = 0;
  for (const [name, value] of form) {
    parts += 1;
    if (parts > PARTS_MAX) throw invalid("body", `must have at most ${PARTS_MAX} parts`);
    if (fields.has(name) || files.has(name)) throw invalid(name, "must be given once");
    const wrong = textProblem(name) ?? (typeof value === "string" ? textProblem(value) : null);
    if (wrong) throw invalid(name.slice(0, 100), wrong);
    if (typeof value === "string") fields.set(name, value);
    else files.set(name, new Uint8Array(await value.arrayBuffer()));
  }
  return { fields, files };
}

function invalid(field: string, rule: string): AppError {
  return new AppError("BAD_REQUEST", `${field} ${rule}`, { problems: [{ field, rule }] });
}
