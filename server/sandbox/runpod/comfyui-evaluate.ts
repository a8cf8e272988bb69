import type { Mask, Picture } from "../draw/render";
import { type Graph, type GraphNode, isLink } from "./comfyui-validate";

/** One file that the workflow saved. */
export interface SavedImage {
  nodeId: string;
  prefix: string;
  picture: Picture;
  /** PreviewImage writes temporary files, which the worker does not hand out. */
  temporary: boolean;
}

export interface Evaluation {
  images: SavedImage[];
  prompt: string;
  samplerId: string;
}

type Latent = {
  batch: number;
  base: { kind: "empty"; width: number; height: number } | { kind: "image"; picture: Picture };
};
type Value =
  | { type: "image"; pictures: Picture[] }
  | { type: "mask"; masks: Mask[] }
  | { type: "latent"; pictures: Picture[]; latent: Latent }
  | { type: "text"; text: string }
  | { type: "other" };

/** Runs a validated graph: what each output node saves, as pictures that are drawn later. */
export function evaluateWorkflow(
  graph: Graph,
  outputs: readonly string[],
  uploads: ReadonlyMap<string, Picture>,
): Evaluation {
  const run = new Run(graph, uploads);
  const images = outputs.flatMap((id) => {
    const node = graph.get(id);
    if (node === undefined) return [];
    const value = run.input(node, "images");
    const pictures = value.type === "image" ? value.pictures : [];
    const prefix = String(node.inputs.filename_prefix ?? "ComfyUI");
    return pictures.map((picture) => ({ nodeId: id, prefix, picture, temporary: node.classType === "PreviewImage" }));
  });
  return { images, prompt: run.prompt, samplerId: run.samplerId };
}

/** The longest text in the graph: what a person would call the prompt. Works on graphs that fail validation too. */
export function promptOf(workflow: { [id: string]: unknown }): string {
  let longest = "";
  for (const node of Object.values(workflow)) {
    if (typeof node !== "object" || node === null || !("inputs" in node)) continue;
    const { inputs } = node;
    if (typeof inputs !== "object" || inputs === null || !("text" in inputs)) continue;
    if (typeof inputs.text === "string" && inputs.text.length > longest.length) longest = inputs.text;
  }
  return longest;
}

class Run {
  prompt = "";
  samplerId = "31";
  private readonly done = new Map<string, Value>();

  constructor(
    private readonly graph: Graph,
    private readonly uploads: ReadonlyMap<string, Picture>,
  ) {}

  input(node: GraphNode, name: string): Value {
    const value = node.inputs[name];
    return isLink(value) ? this.output(String(value[0]), value[1]) : { type: "other" };
  }

  private output(id: string, slot: number): Value {
    const key = `${id}:${slot}`;
    const known = this.done.get(key);
    if (known !== undefined) return known;
    const node = this.graph.get(id);
    const value: Value = node === undefined ? { type: "other" } : this.compute(id, node, slot);
    this.done.set(key, value);
    return value;
  }

  private compute(id: string, node: GraphNode, slot: number): Value {
    const { inputs } = node;
    switch (node.classType) {
      case "CLIPTextEncode":
        return { type: "text", text: String(inputs.text ?? "") };
      case "FluxGuidance":
        return this.input(node, "conditioning");
      case "EmptySD3LatentImage":
      case "EmptyLatentImage": {
        const base = { kind: "empty" as const, width: multipleOf8(inputs.width), height: multipleOf8(inputs.height) };
        return { type: "latent", pictures: [], latent: { batch: Number(inputs.batch_size), base } };
      }
      case "VAEEncode": {
        const picture = this.pictures(node, "pixels")[0];
        if (picture === undefined) return { type: "other" };
        return { type: "latent", pictures: [picture], latent: { batch: 1, base: { kind: "image", picture } } };
      }
      case "RepeatLatentBatch": {
        const value = this.input(node, "samples");
        if (value.type !== "latent") return value;
        return { ...value, latent: { ...value.latent, batch: value.latent.batch * Number(inputs.amount) } };
      }
      case "KSampler":
        return this.sample(id, node);
      case "VAEDecode": {
        const value = this.input(node, "samples");
        return { type: "image", pictures: value.type === "latent" ? value.pictures : [] };
      }
      case "LoadImage": {
        const picture = this.uploads.get(String(inputs.image));
        if (picture === undefined) return { type: "other" };
        return slot === 0
          ? { type: "image", pictures: [picture] }
          : { type: "mask", masks: [{ kind: "none", of: picture }] };
      }
      case "ImageScale": {
        const [width, height, crop] = [Number(inputs.width), Number(inputs.height), inputs.crop === "center"];
        const pictures = this.pictures(node, "image").map(
          (of): Picture => ({ kind: "scale", of, width, height, crop }),
        );
        return { type: "image", pictures };
      }
      case "RemoveBackground":
        return { type: "mask", masks: this.pictures(node, "image").map((of) => ({ kind: "foreground", of })) };
      case "InvertMask":
        return { type: "mask", masks: this.masks(node, "mask").map((of) => ({ kind: "invert", of })) };
      case "JoinImageWithAlpha": {
        const masks = this.masks(node, "alpha");
        // The node stores 1 − mask as alpha: a graph that forgets InvertMask keeps the background, as in ComfyUI.
        const pictures = this.pictures(node, "image").map((of, index): Picture => {
          const mask = masks[index] ?? masks[0];
          return mask === undefined ? of : { kind: "with_alpha", of, mask: { kind: "invert", of: mask }, opaque: 255 };
        });
        return { type: "image", pictures };
      }
      case "RMBG":
      case "BiRefNetRMBG":
        return this.rmbg(node, slot);
      default:
        return { type: "other" };
    }
  }

  private sample(id: string, node: GraphNode): Value {
    const { inputs } = node;
    const positive = this.input(node, "positive");
    const latent = this.input(node, "latent_image");
    if (latent.type !== "latent") return { type: "other" };
    const prompt = positive.type === "text" ? positive.text : "";
    this.prompt = prompt;
    this.samplerId = id;
    const { base, batch } = latent.latent;
    const strength = Number(inputs.denoise);
    const pictures = Array.from({ length: Math.min(batch, 64) }, (_, index): Picture => {
      const seed = `${String(inputs.seed)}/${index}`;
      if (base.kind === "image") return { kind: "repaint", base: base.picture, prompt, seed, strength };
      return { kind: "scene", prompt, seed, width: base.width, height: base.height };
    });
    return { type: "latent", pictures, latent: latent.latent };
  }

  private rmbg(node: GraphNode, slot: number): Value {
    const inverted = node.inputs.invert_output === true;
    const masks = this.pictures(node, "image").map((of): Mask => {
      const mask: Mask = { kind: "foreground", of };
      return inverted ? { kind: "invert", of: mask } : mask;
    });
    if (slot === 1) return { type: "mask", masks };
    const colour = String(node.inputs.background_color ?? "#222222");
    const pictures = this.pictures(node, "image").map((of, index): Picture => {
      const mask = masks[index] ?? { kind: "foreground", of };
      const cut: Picture = { kind: "with_alpha", of, mask, opaque: 255 };
      return node.inputs.background === "Color" ? { kind: "on_colour", of: cut, colour } : cut;
    });
    return { type: "image", pictures };
  }

  private pictures(node: GraphNode, name: string): Picture[] {
    const value = this.input(node, name);
    return value.type === "image" ? value.pictures : [];
  }

  private masks(node: GraphNode, name: string): Mask[] {
    const value = this.input(node, name);
    return value.type === "mask" ? value.masks : [];
  }
}

/** Latents have an eighth of the picture's size. */
function multipleOf8(value: unknown): number {
  return Math.max(8, Math.floor(Number(value) / 8) * 8);
}
