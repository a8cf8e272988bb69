import { isObject, type JsonObject } from "../http";
import type { InputSpec, InstalledModels, NodeSpec } from "./comfyui-nodes";

export interface GraphNode {
  classType: string;
  inputs: JsonObject;
}

export type Graph = Map<string, GraphNode>;

interface NodeError {
  errors: JsonObject[];
  dependent_outputs: string[];
  class_type: string;
}

/** What ComfyUI's POST /prompt answers: the outputs that will run, or its 400 body. */
export type Verdict =
  | { ok: true; graph: Graph; outputs: string[] }
  | { ok: false; error: JsonObject; nodeErrors: Record<string, NodeError> };

export interface Installation {
  nodes: Record<string, NodeSpec>;
  models: InstalledModels;
  /** Names that LoadImage finds in the worker's input folder. */
  uploads: ReadonlySet<string>;
}

/** Judges a workflow in API format as ComfyUI does: each output by itself; those that pass run without the others. */
export function validateWorkflow(workflow: JsonObject, installed: Installation): Verdict {
  const graph: Graph = new Map();
  const outputs: string[] = [];
  for (const [id, node] of Object.entries(workflow)) {
    if (!isObject(node) || typeof node.class_type !== "string") {
      return refused("missing_node_type", `Node '${id}' is missing class_type.`, `Node ID '#${id}'`, { node_id: id });
    }
    const spec = Object.hasOwn(installed.nodes, node.class_type) ? installed.nodes[node.class_type] : undefined;
    if (spec === undefined) {
      return refused(
        "missing_node_type",
        `Node '${node.class_type}' not found. The custom node may not be installed.`,
        `Node ID '#${id}'`,
        { node_id: id, class_type: node.class_type, node_title: node.class_type },
      );
    }
    graph.set(id, { classType: node.class_type, inputs: isObject(node.inputs) ? node.inputs : {} });
    if (spec.isOutput) outputs.push(id);
  }
  if (outputs.length === 0) return refused("prompt_no_outputs", "Prompt has no outputs", "", {});

  const judge = new Judge(graph, installed);
  const good: string[] = [];
  const nodeErrors: Record<string, NodeError> = {};
  for (const output of outputs) {
    const reached = judge.closure(output);
    const bad = reached.filter((id) => judge.errors(id).length > 0);
    if (bad.length === 0) good.push(output);
    for (const id of bad) {
      const entry = nodeErrors[id] ?? {
        errors: judge.errors(id),
        dependent_outputs: [],
        class_type: graph.get(id)?.classType ?? "",
      };
      entry.dependent_outputs.push(output);
      nodeErrors[id] = entry;
    }
  }
  if (good.length > 0) return { ok: true, graph, outputs: good };
  return {
    ok: false,
    error: {
      type: "prompt_outputs_failed_validation",
      message: "Prompt outputs failed validation",
      details: "",
      extra_info: {},
    },
    nodeErrors,
  };
}

function refused(type: string, message: string, details: string, extra: JsonObject): Verdict {
  return { ok: false, error: { type, message, details, extra_info: extra }, nodeErrors: {} };
}

class Judge {
  private readonly known = new Map<string, JsonObject[]>();

  constructor(
    private readonly graph: Graph,
    private readonly installed: Installation,
  ) {}

  /** The node and everything it is fed from, farthest first. */
  closure(id: string, seen = new Set<string>()): string[] {
    const node = this.graph.get(id);
    if (node === undefined || seen.has(id)) return [];
    seen.add(id);
    const before: string[] = [];
    for (const value of Object.values(node.inputs)) {
      if (isLink(value)) before.push(...this.closure(String(value[0]), seen));
    }
    return [...before, id];
  }

  errors(id: string): JsonObject[] {
    const known = this.known.get(id);
    if (known !== undefined) return known;
    const node = this.graph.get(id);
    const spec = node === undefined ? undefined : this.installed.nodes[node.classType];
    const found: JsonObject[] = [];
    if (node !== undefined && spec !== undefined) {
      if (this.isInCycle(id)) found.push(problem("dependency_cycle", "Dependency cycle detected", id, {}));
      for (const [name, input] of Object.entries(spec.inputs)) {
        const error = this.judgeInput(name, input, node.inputs[name]);
        if (error !== null) found.push(error);
      }
    }
    this.known.set(id, found);
    return found;
  }

  private judgeInput(name: string, spec: InputSpec, value: unknown): JsonObject | null {
    if (value === undefined) {
      return spec.optional
        ? null
        : problem("required_input_missing", "Required input is missing", name, { input_name: name });
    }
    if (Array.isArray(value)) return this.judgeLink(name, spec, value);
    return this.judgeValue(name, spec, value);
  }

  private judgeLink(name: string, spec: InputSpec, value: unknown[]): JsonObject | null {
    if (!isLink(value)) {
      const message = "Bad linked input, must be a length-2 list of [node_id, slot_index]";
      return problem("bad_linked_input", message, name, { input_name: name, received_value: value });
    }
    const source = this.graph.get(String(value[0]));
    if (source === undefined) {
      const extra = {
        input_name: name,
        exception_message: `'${value[0]}'`,
        exception_type: "KeyError",
        linked_node: value,
      };
      return problem(
        "exception_during_inner_validation",
        "Exception when validating inner node",
        `'${value[0]}'`,
        extra,
      );
    }
    const received = this.installed.nodes[source.classType]?.outputs[value[1]];
    const wanted = spec.type === "UPLOAD" ? "COMBO" : spec.type;
    if (received === wanted) return null;
    const details = `${name}, received_type(${received ?? "None"}) mismatch input_type(${wanted})`;
    const extra = { input_name: name, received_type: received ?? null, linked_node: value };
    return problem("return_type_mismatch", "Return type mismatch between linked nodes", details, extra);
  }

  private judgeValue(name: string, spec: InputSpec, value: unknown): JsonObject | null {
    const extra = { input_name: name, received_value: value };
    if (spec.type === "INT" || spec.type === "FLOAT") {
      const number = typeof value === "boolean" ? Number.NaN : Number(value);
      if (Number.isNaN(number) || value === null || value === "") {
        const details = `${name}, ${String(value)}, could not convert to ${spec.type}`;
        return problem(
          "invalid_input_type",
          `Failed to convert an input value to a ${spec.type} value`,
          details,
          extra,
        );
      }
      if (spec.min !== undefined && number < spec.min) {
        return problem("value_smaller_than_min", `Value ${number} smaller than min of ${spec.min}`, name, extra);
      }
      if (spec.max !== undefined && number > spec.max) {
        return problem("value_bigger_than_max", `Value ${number} bigger than max of ${spec.max}`, name, extra);
      }
      return null;
    }
    if (spec.type === "COMBO") return this.judgeChoice(name, spec, value);
    if (spec.type === "UPLOAD") {
      if (typeof value === "string" && this.installed.uploads.has(value)) return null;
      const details = `image - Invalid image file: ${String(value)}`;
      return problem("custom_validation_failed", "Custom validation failed for node", details, extra);
    }
    if (spec.type === "STRING" || spec.type === "BOOLEAN") return null;
    const message = "Bad linked input, must be a length-2 list of [node_id, slot_index]";
    return problem("bad_linked_input", message, name, extra);
  }

  private judgeChoice(name: string, spec: InputSpec, value: unknown): JsonObject | null {
    const options = spec.options?.(this.installed.models) ?? [];
    if (typeof value === "string" && options.includes(value)) return null;
    const many = options.length > 20;
    const shown = many
      ? `(list of length ${options.length})`
      : `[${options.map((option) => `'${option}'`).join(", ")}]`;
    return problem("value_not_in_list", "Value not in list", `${name}: '${String(value)}' not in ${shown}`, {
      input_name: name,
      input_config: many ? null : [options, spec.tooltip === undefined ? {} : { tooltip: spec.tooltip }],
      received_value: value,
    });
  }

  private isInCycle(start: string): boolean {
    const seen = new Set<string>();
    const waiting = [...this.sources(start)];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      if (id === start) return true;
      if (seen.has(id)) continue;
      seen.add(id);
      waiting.push(...this.sources(id));
    }
    return false;
  }

  private sources(id: string): string[] {
    const inputs = this.graph.get(id)?.inputs ?? {};
    return Object.values(inputs).flatMap((value) => (isLink(value) ? [String(value[0])] : []));
  }
}

function problem(type: string, message: string, details: string, extra: JsonObject): JsonObject {
  return { type, message, details, extra_info: extra };
}

export function isLink(value: unknown): value is [string | number, number] {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    (typeof value[0] === "string" || typeof value[0] === "number") &&
    typeof value[1] === "number"
  );
}
