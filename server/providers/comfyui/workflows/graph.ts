/** ComfyUI's API format: node id to class and inputs. A link is the other node's id and the number of its output. */
export type Link = [nodeId: string, output: number];

export interface GraphNode {
  class_type: string;
  inputs: Record<string, unknown>;
  _meta?: { title?: string };
}

export type Graph = Record<string, GraphNode>;

/** What a workflow is filled with. A null stands for "the operation has no such thing". */
export interface WorkflowValues {
  prompt: string | null;
  negativePrompt: string | null;
  /** Null only for background removal. */
  seed: number | null;
  steps: number;
  guidance: number;
  strength: number;
  width: number;
  height: number;
  count: number;
  /** Name under which the input picture is uploaded beside the workflow. */
  image: string | null;
  checkpoint: string;
  /** Start of the saved files' names; unique by attempt, so a result names the attempt that made it. */
  filenamePrefix: string;
}

/** Some operation's graph; `ignored` names values given that it has no place for. */
export interface Workflow {
  build(values: WorkflowValues): Graph;
  /** Parts of a request that have no effect in it, by the request's field names. */
  readonly ignores: readonly string[];
}
