import type { BatchCallView, BatchImage, BatchPairView, BatchView } from "@/server/domain/batch";
import { formatMicros } from "@/server/domain/money";
import { PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { csvCell } from "@/server/gateway/export-format";

export const BATCH_FORMATS = ["csv", "json", "html"] as const;
export type BatchFormat = (typeof BATCH_FORMATS)[number];

const COLUMNS = [
  "position",
  "prompt",
  "provider",
  "state",
  "generation_id",
  "cost_micros",
  "latency_ms",
  "failure_mode",
  "message",
  "image_sha256",
  "image_width",
  "image_height",
] as const;

/** One row a picture, also for those that were not made. Cells that a spreadsheet would take for a formula begin with '. */
function batchCsv(view: BatchView): string {
  const rows = view.pairs.flatMap((pair) =>
    pair.calls.map((call) =>
      [
        pair.position,
        pair.prompt,
        call.provider,
        call.state,
        call.generationId,
        call.costMicros,
        call.latencyMs,
        call.failureMode,
        call.words,
        call.image?.sha256 ?? null,
        call.image?.width ?? null,
        call.image?.height ?? null,
      ]
        .map(csvCell)
        .join(","),
    ),
  );
  return [COLUMNS.join(","), ...rows, ""].join("\r\n");
}

/** Pictures within a page of this size are in it; the rest are named by their hash. */
const EMBEDDED_MAX_BYTES = 48 * 1024 * 1024;

/** Null: its bytes cannot be had. */
type LoadPicture = (image: BatchImage) => Promise<Uint8Array | null>;

/** The batch as a file, in pieces. `load` is only asked for the contact sheet's pictures. */
export async function* batchPieces(
  view: BatchView,
  format: BatchFormat,
  load: LoadPicture,
): AsyncGenerator<string, void> {
  if (format === "csv") yield batchCsv(view);
  else if (format === "json") yield `${JSON.stringify(view, null, 2)}\n`;
  else yield* contactSheet(view, load);
}

/** One file that needs nothing else. */
async function* contactSheet(view: BatchView, load: LoadPicture): AsyncGenerator<string, void> {
  let room = EMBEDDED_MAX_BYTES;
  yield `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(view.name)}</title><style>${STYLE}</style>
<h1>${escapeHtml(view.name)}</h1><p>${escapeHtml(view.words)}. ${escapeHtml(view.environment)}, by ${escapeHtml(view.startedBy)}, ${new Date(view.createdAtMs).toISOString()}.</p>
`;
  for (const pair of view.pairs) {
    const cells: string[] = [];
    for (const call of pair.calls) {
      const { image } = call;
      const fits = image !== null && image.sizeBytes <= room;
      const bytes = fits ? await load(image) : null;
      if (bytes) room -= bytes.byteLength;
      cells.push(cell(pair, call, bytes));
    }
    yield `<section><h2>${pair.position}. ${escapeHtml(pair.prompt)}</h2><div>${cells.join("")}</div></section>\n`;
  }
  yield "</html>\n";
}

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}
section{border-top:1px solid #ccc;padding:1rem 0}h2{font-size:1rem;margin:0 0 .5rem}section>div{display:grid;gap:1rem;grid-template-columns:1fr 1fr}
figure{margin:0}img{display:block;width:100%;height:auto}figcaption{color:#555;font-size:.85rem;overflow-wrap:anywhere}`;

function cell(pair: BatchPairView, call: BatchCallView, bytes: Uint8Array | null): string {
  const { image } = call;
  const picture =
    image && bytes
      ? `<img alt="${escapeHtml(`${PROVIDER_NAMES[call.provider]}: ${pair.prompt}`)}" width="${image.width}" height="${image.height}" src="data:${image.mimeType};base64,${Buffer.from(bytes).toString("base64")}">`
      : "";
  const facts = [
    PROVIDER_NAMES[call.provider],
    call.state.replace("_", " "),
    call.words,
    call.costMicros === null ? null : formatMicros(call.costMicros),
    call.latencyMs === null ? null : `${(call.latencyMs / 1_000).toFixed(1)} s`,
    image && !bytes ? `SHA-256 ${image.sha256}` : null,
  ].filter((fact) => fact !== null);
  return `<figure>${picture}<figcaption>${escapeHtml(facts.join(", "))}</figcaption></figure>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
