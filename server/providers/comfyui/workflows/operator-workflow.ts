import { z } from "zod";
import type { Operation } from "@/server/domain/vocabulary";
import type { Graph, Workflow, WorkflowValues } from "./graph";

/** Names that may stand between `{{` and `}}` in an operator's workflow, and the request's field behind each. */
const SLOTS: Record<string, (values: WorkflowValues) => unknown> = {
  prompt: (values) => values.prompt ?? "",
  negative_prompt: (values) => values.negativePrompt ?? "",
  seed: (values) => values.seed ?? 0,
  steps: (values) => values.steps,
  guidance: (values) => values.guidance,
  strength: (values) => values.strength,
  width: (values) => values.width,
  height: (values) => values.height,
  count: (values) => values.count,
  image: (values) => values.image ?? "",
  checkpoint: (values) => values.checkpoint,
  filename_prefix: (values) => values.filenamePrefix,
};
const FIELDS: Record<string, string> = {
  negative_prompt: "negativePrompt",
  seed: "seed",
  steps: "steps",
  guidance: "guidance",
  strength: "strength",
  width: "width",
  height: "height",
  count: "count",
};
const REQUIRED: Record<Operation, readonly string[]> = {
  txt2img: ["prompt", "seed"],
  img2img: ["prompt", "image", "seed"],
  remove_background: ["image"],
};

const SLOT = /\{\{\s*([\w-]+)\s*\}\}/g;
const WHOLE_SLOT = /^\{\{\s*([\w-]+)\s*\}\}$/;

const graphSchema = z.record(
  z.string(),
  z.object({ class_type: z.string().min(1), inputs: z.record(z.string(), z.unknown()) }).loose(),
);

/**
 * Reads an operator's workflow: ComfyUI's API format with slots such as `{{prompt}}`. A slot that is a whole value
 * becomes a value of its type; inside a longer text it becomes text. Throws an Error that lists everything wrong,
 * `source` first, since such a file otherwise fails on a paid worker.
 */
export function parseOperatorWorkflow(text: string, operation: Operation, source: string): Workflow {
  const graph = readGraph(text, source);
  const slots = slotsIn(graph);
  const problems = [
    ...[...slots]
      .filter((slot) => !Object.hasOwn(SLOTS, slot))
      .map((slot) => `{{${slot}}} is no slot; there are ${Object.keys(SLOTS).join(", ")}`),
    ...REQUIRED[operation].filter((slot) => !slots.has(slot)).map((slot) => `${operation} needs the slot {{${slot}}}`),
    ...linkProblems(graph),
    ...(Object.values(graph).some((node) => /sav/i.test(node.class_type))
      ? []
      : ["no node saves a picture (SaveImage)"]),
  ];
  if (problems.length > 0) throw new Error(`${source}: ${problems.join("; ")}`);
  return {
    ignores: Object.entries(FIELDS).flatMap(([slot, field]) => (slots.has(slot) ? [] : [field])),
    build: (values) => fill(graph, values),
  };
}

function readGraph(text: string, source: string): Graph {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${source}: is not JSON`, { cause });
  }
  if (typeof parsed === "object" && parsed !== null && "nodes" in parsed && Array.isArray(parsed.nodes)) {
    throw new Error(`${source}: is a workflow of the editor; export it with "Export (API)"`);
  }
  const graph = graphSchema.safeParse(parsed);
  if (!graph.success) {
    const path = graph.error.issues[0]?.path.join(".") || "its top level";
    throw new Error(`${source}: ${path} is not of ComfyUI's API format (node id → class_type, inputs)`);
  }
  return graph.data;
}

function slotsIn(graph: Graph): Set<string> {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === "string") for (const match of value.matchAll(SLOT)) found.add(match[1] ?? "");
    else if (typeof value === "object" && value !== null) for (const inner of Object.values(value)) visit(inner);
  };
  for (const node of Object.values(graph)) visit(node.inputs);
  return found;
}

function linkProblems(graph: Graph): string[] {
  return Object.entries(graph).flatMap(([id, node]) =>
    Object.entries(node.inputs).flatMap(([input, value]) => {
      const isLink =
        Array.isArray(value) && value.length === 2 && typeof value[0] === "string" && Number.isInteger(value[1]);
      return isLink && !Object.hasOwn(graph, value[0])
        ? [`node ${id}: ${input} links to node ${value[0]}, which is missing`]
        : [];
    }),
  );
}

function fill(graph: Graph, values: WorkflowValues): Graph {
  const replace = (value: unknown): unknown => {
    if (typeof value === "string") {
      const whole = WHOLE_SLOT.exec(value)?.[1];
      if (whole !== undefined) return SLOTS[whole]?.(values);
      return value.replace(SLOT, (_match, slot: string) => String(SLOTS[slot]?.(values)));
    }
    if (Array.isArray(value)) return value.map(replace);
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replace(inner)]));
    }
    return value;
  };
  return Object.fromEntries(
    Object.entries(graph).map(([id, node]) => [
      id,
      { class_type: node.class_type, inputs: replace(node.inputs) as Record<string, unknown> }, // an object stays one
    ]),
  );
}
