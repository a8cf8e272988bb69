import type { BackgroundRemoval } from "../../settings";
import type { Graph, Link, Workflow } from "./graph";

/** Nodes that take the picture of node 40 and end in an RGBA picture, by what the endpoint's image brings. */
const CUTTERS: Record<Exclude<BackgroundRemoval, "none">, { nodes: Graph; result: Link }> = {
  core: {
    nodes: {
      "50": {
        class_type: "LoadBackgroundRemovalModel",
        inputs: { bg_removal_name: "birefnet.safetensors" },
      },
      "51": {
        class_type: "RemoveBackground",
        inputs: { bg_removal_model: ["50", 0], image: ["40", 0], resolution: 1024 },
      },
      // JoinImageWithAlpha stores 1 − mask as alpha: without this the foreground would be what goes.
      "52": { class_type: "InvertMask", inputs: { mask: ["51", 0] } },
      "53": { class_type: "JoinImageWithAlpha", inputs: { image: ["40", 0], alpha: ["52", 0] } },
    },
    result: ["53", 0],
  },
  rmbg: {
    nodes: {
      "51": {
        class_type: "RMBG",
        inputs: {
          image: ["40", 0],
          model: "BEN2",
          sensitivity: 1,
          process_res: 1024,
          mask_blur: 0,
          mask_offset: 0,
          invert_output: false,
          refine_foreground: false,
          background: "Alpha",
          background_color: "#222222",
        },
      },
    },
    result: ["51", 0],
  },
  "birefnet-rmbg": {
    nodes: {
      "51": {
        class_type: "BiRefNetRMBG",
        inputs: {
          image: ["40", 0],
          model: "BiRefNet-general",
          mask_blur: 0,
          mask_offset: 0,
          invert_output: false,
          refine_foreground: false,
          background: "Alpha",
          background_color: "#222222",
        },
      },
    },
    result: ["51", 0],
  },
  inspyrenet: {
    nodes: { "51": { class_type: "InspyrenetRembg", inputs: { image: ["40", 0], torchscript_jit: "default" } } },
    result: ["51", 0],
  },
  rembg: {
    nodes: { "51": { class_type: "Image Remove Background (rembg)", inputs: { image: ["40", 0] } } },
    result: ["51", 0],
  },
};

/** The graph for what the endpoint's image brings; null where it brings nothing. */
export function backgroundRemovalWorkflow(capability: BackgroundRemoval): Workflow | null {
  if (capability === "none") return null;
  const { nodes, result } = CUTTERS[capability];
  return {
    ignores: [],
    build: (values) => ({
      "40": { class_type: "LoadImage", inputs: { image: values.image ?? "" } },
      ...structuredClone(nodes),
      "9": { class_type: "SaveImage", inputs: { filename_prefix: values.filenamePrefix, images: result } },
    }),
  };
}
