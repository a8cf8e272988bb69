import { writeFileSync } from "node:fs";

const HEADER =
  "gmt_create,predict_type,predict_status,exec_time_seconds,groupId,prompt_length,num_images_per_prompt,num_inference_steps,checkpoint_model_version_id";
const TYPES = ["TXT_2_IMG", "TXT_2_IMG", "IMG_2_IMG", "INPAINTING"];
const FROM_MS = Date.UTC(2024, 10, 15);

/** Rows shaped as the public trace is: several pictures a request, empty cells, requests that were cut off. */
export function writeTrace(path: string, rows: number): void {
  const lines = Array.from({ length: rows }, (_, at) => {
    const when = new Date(FROM_MS + at * 97_000).toISOString().slice(0, 19).replace("T", " ");
    const status = at % 50 === 0 ? (at % 100 === 0 ? "PENDING" : "PROCESSING") : at % 31 === 0 ? "FAILED" : "SUCCEED";
    const images = at % 17 === 0 ? "" : `${1 + (at % 4)}.0`;
    return `${when},${TYPES[at % 4]},${status},${(5 + ((at * 7919) % 400) / 3).toFixed(1)},G${at % 90},63.0,${images},30.0,M${at % 7}`;
  });
  writeFileSync(path, `${[HEADER, ...lines].join("\n")}\n`);
}
