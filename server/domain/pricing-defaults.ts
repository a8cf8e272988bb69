import type { PriceRow } from "./pricing";

/** A price to put into an empty price book, with where it was read. */
export type DefaultPrice = Omit<PriceRow, "id"> & { source: string };

const SCENARIO_FROM_MS = Date.UTC(2026, 4, 25);
const RUNPOD_FROM_MS = Date.UTC(2026, 4, 1);
const R2_FROM_MS = Date.UTC(2026, 0, 1);

/** Millionths of a dollar for one creative unit: Pro, paid monthly ($45 for 5,000 units). */
const UNIT_MICROS = 9_000;

function image(item: string, units: number, source: string): DefaultPrice {
  const price = { micros: Math.round(units * UNIT_MICROS), per: 1 };
  return { ...scenario, unit: "image", item, price, source: `${units} CU an image (${source}) at $0.009/CU` };
}

const scenario = {
  provider: "scenario",
  operation: null,
  effectiveFromMs: SCENARIO_FROM_MS,
  effectiveToMs: null,
} as const;

/** RunPod's serverless price list: micro-dollars for a second of one GPU, by RunPod's names of the GPU types. */
const GPU_SECOND_MICROS: Record<string, number> = {
  "NVIDIA RTX A4000": 160,
  "NVIDIA RTX A4500": 160,
  "NVIDIA RTX 4000 Ada Generation": 160,
  "NVIDIA L4": 190,
  "NVIDIA RTX A5000": 190,
  "NVIDIA GeForce RTX 3090": 190,
  "NVIDIA GeForce RTX 4090": 310,
  "NVIDIA RTX A6000": 340,
  "NVIDIA A40": 340,
  "NVIDIA L40": 530,
  "NVIDIA L40S": 530,
  "NVIDIA RTX 6000 Ada Generation": 530,
  "NVIDIA A100 80GB PCIe": 760,
  "NVIDIA A100-SXM4-80GB": 760,
  "NVIDIA RTX PRO 6000 Blackwell Server Edition": 1_110,
  "NVIDIA H100 80GB HBM3": 1_160,
  "NVIDIA H200": 1_550,
  "NVIDIA B200": 2_400,
};

function r2(unit: DefaultPrice["unit"], micros: number, per: number, what: string): DefaultPrice {
  const source = `Cloudflare R2, standard storage: ${what}; the account's free allowance is not taken off`;
  return {
    provider: "r2",
    unit,
    item: "*",
    operation: null,
    price: { micros, per },
    effectiveFromMs: R2_FROM_MS,
    effectiveToMs: null,
    source,
  };
}

/** Prices move: these are where the book starts, and an operator's own rows supersede them. */
export const DEFAULT_PRICES: readonly DefaultPrice[] = [
  {
    ...scenario,
    unit: "creative_unit",
    item: "*",
    price: { micros: UNIT_MICROS, per: 1 },
    source: "Scenario Pro, monthly: $45 for 5,000 CU (plan table of 2026-05-25); Pro annual is $0.006, Max $0.0075",
  },
  image("model_bfl-flux-1-dev", 10.75, "dry run, August 2026, quality gate included"),
  image("flux.1-dev", 10.75, "taken as the custom model's, the legacy routes name no price"),
  image("model_birefnet-background-removal", 2, "quoted and billed, 2026-10-05"),
  image("remove-background", 2, "taken as BiRefNet's, the dedicated route names no price"),
  image("model_photoroom-background-removal", 3, "quoted, 2026-10-05"),
  image("model_bria-remove-background", 3, "quoted, 2026-10-05"),
  {
    ...scenario,
    unit: "image",
    item: "*",
    price: { micros: 75_000, per: 1 },
    source: "rollout plan: $0.05 to $0.10 an image, depending on the model; the middle",
  },
  ...Object.entries(GPU_SECOND_MICROS).map(
    ([item, micros]): DefaultPrice => ({
      provider: "comfyui",
      unit: "gpu_second",
      item,
      operation: null,
      price: { micros, per: 1 },
      effectiveFromMs: RUNPOD_FROM_MS,
      effectiveToMs: null,
      source: "RunPod's serverless price list; flex and active workers cost the same since May 2026",
    }),
  ),
  {
    provider: "comfyui",
    unit: "gb_month",
    item: "network-volume",
    operation: null,
    price: { micros: 70_000, per: 1 },
    effectiveFromMs: RUNPOD_FROM_MS,
    effectiveToMs: null,
    source: "RunPod: $0.07 per GB and month below 1 TB, $0.05 above",
  },
  r2("class_a_operation", 4_500_000, 1_000_000, "$4.50 a million writes and lists"),
  r2("class_b_operation", 360_000, 1_000_000, "$0.36 a million reads"),
  r2("gb_month", 15_000, 1, "$0.015 a GB and month"),
];
