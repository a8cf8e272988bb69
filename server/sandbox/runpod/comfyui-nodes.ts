/** What one input of a node takes. A link is judged by `type`, a value by the rest. */
export interface InputSpec {
  type: string;
  optional?: boolean;
  min?: number;
  max?: number;
  /** Lists depend on the image and its files, so they are looked up. */
  options?: (models: InstalledModels) => readonly string[];
  tooltip?: string;
}

export interface NodeSpec {
  inputs: Record<string, InputSpec>;
  outputs: readonly string[];
  isOutput?: boolean;
}

export interface InstalledModels {
  checkpoints: readonly string[];
  backgroundRemoval: readonly string[];
  rmbg: readonly string[];
}

const SAMPLERS = [
  ..."euler euler_cfg_pp euler_ancestral heun dpm_2 dpm_2_ancestral lms dpm_fast dpm_adaptive dpmpp_2s_ancestral".split(
    " ",
  ),
  ..."dpmpp_sde dpmpp_2m dpmpp_2m_sde dpmpp_3m_sde ddpm lcm ipndm deis ddim uni_pc uni_pc_bh2".split(" "),
];
const SCHEDULERS = "simple sgm_uniform karras exponential ddim_uniform beta normal linear_quadratic kl_optimal".split(
  " ",
);

const list = (...options: string[]): InputSpec => ({ type: "COMBO", options: () => options });
const int = (min: number, max: number): InputSpec => ({ type: "INT", min, max });
const float = (min: number, max: number): InputSpec => ({ type: "FLOAT", min, max });
const link = (type: string): InputSpec => ({ type });
const text: InputSpec = { type: "STRING" };
const bool: InputSpec = { type: "BOOLEAN" };
const optional = (spec: InputSpec): InputSpec => ({ ...spec, optional: true });

const MAX_RESOLUTION = 16_384;
const latentSize = { width: int(16, MAX_RESOLUTION), height: int(16, MAX_RESOLUTION), batch_size: int(1, 4_096) };

/** Nodes that ship with ComfyUI and that the worker's image has in every form. */
const CORE: Record<string, NodeSpec> = {
  CheckpointLoaderSimple: {
    inputs: {
      ckpt_name: {
        type: "COMBO",
        options: (models) => models.checkpoints,
        tooltip: "The name of the checkpoint (model) to load.",
      },
    },
    outputs: ["MODEL", "CLIP", "VAE"],
  },
  CLIPTextEncode: { inputs: { text, clip: link("CLIP") }, outputs: ["CONDITIONING"] },
  FluxGuidance: { inputs: { conditioning: link("CONDITIONING"), guidance: float(0, 100) }, outputs: ["CONDITIONING"] },
  EmptySD3LatentImage: { inputs: latentSize, outputs: ["LATENT"] },
  EmptyLatentImage: { inputs: latentSize, outputs: ["LATENT"] },
  KSampler: {
    inputs: {
      model: link("MODEL"),
      seed: int(0, 18_446_744_073_709_552_000),
      steps: int(1, 10_000),
      cfg: float(0, 100),
      sampler_name: list(...SAMPLERS),
      scheduler: list(...SCHEDULERS),
      positive: link("CONDITIONING"),
      negative: link("CONDITIONING"),
      latent_image: link("LATENT"),
      denoise: float(0, 1),
    },
    outputs: ["LATENT"],
  },
  VAEDecode: { inputs: { samples: link("LATENT"), vae: link("VAE") }, outputs: ["IMAGE"] },
  VAEEncode: { inputs: { pixels: link("IMAGE"), vae: link("VAE") }, outputs: ["LATENT"] },
  RepeatLatentBatch: { inputs: { samples: link("LATENT"), amount: int(1, 64) }, outputs: ["LATENT"] },
  LoadImage: { inputs: { image: { type: "UPLOAD" } }, outputs: ["IMAGE", "MASK"] },
  ImageScale: {
    inputs: {
      image: link("IMAGE"),
      upscale_method: list("nearest-exact", "bilinear", "area", "bicubic", "lanczos"),
      width: int(0, MAX_RESOLUTION),
      height: int(0, MAX_RESOLUTION),
      crop: list("disabled", "center"),
    },
    outputs: ["IMAGE"],
  },
  InvertMask: { inputs: { mask: link("MASK") }, outputs: ["MASK"] },
  JoinImageWithAlpha: { inputs: { image: link("IMAGE"), alpha: link("MASK") }, outputs: ["IMAGE"] },
  SaveImage: { inputs: { images: link("IMAGE"), filename_prefix: text }, outputs: [], isOutput: true },
  PreviewImage: { inputs: { images: link("IMAGE") }, outputs: [], isOutput: true },
};

/** Nodes that only a custom image has: background removal in the core's way and in ComfyUI-RMBG's. */
const BACKGROUND_REMOVAL: Record<string, NodeSpec> = {
  LoadBackgroundRemovalModel: {
    inputs: { bg_removal_name: { type: "COMBO", options: (models) => models.backgroundRemoval } },
    outputs: ["BACKGROUND_REMOVAL"],
  },
  RemoveBackground: {
    inputs: {
      image: link("IMAGE"),
      bg_removal_model: link("BACKGROUND_REMOVAL"),
      resolution: optional(int(256, 4_096)),
    },
    outputs: ["MASK"],
  },
  RMBG: {
    inputs: {
      image: link("IMAGE"),
      model: { type: "COMBO", options: (models) => models.rmbg },
      sensitivity: optional(float(0, 1)),
      process_res: optional(int(256, 2_048)),
      mask_blur: optional(int(0, 64)),
      mask_offset: optional(int(-64, 64)),
      invert_output: optional(bool),
      refine_foreground: optional(bool),
      background: optional(list("Alpha", "Color")),
      background_color: optional(text),
    },
    outputs: ["IMAGE", "MASK", "IMAGE"],
  },
  BiRefNetRMBG: {
    inputs: {
      image: link("IMAGE"),
      model: list("BiRefNet-general", "BiRefNet-portrait", "BiRefNet-HR", "BiRefNet_lite"),
      mask_blur: optional(int(0, 64)),
      mask_offset: optional(int(-20, 20)),
      invert_output: optional(bool),
      refine_foreground: optional(bool),
      background: optional(list("Alpha", "Color")),
      background_color: optional(text),
    },
    outputs: ["IMAGE", "MASK", "IMAGE"],
  },
};

/** `stock` is the image as published, which cannot remove backgrounds; `custom` can, in two ways. */
export type WorkerImage = "stock" | "custom";

export function nodesOf(image: WorkerImage): Record<string, NodeSpec> {
  return image === "stock" ? CORE : { ...CORE, ...BACKGROUND_REMOVAL };
}

export function modelsOf(image: WorkerImage, checkpoints: readonly string[]): InstalledModels {
  return {
    checkpoints,
    backgroundRemoval: image === "stock" ? [] : ["birefnet.safetensors"],
    rmbg: image === "stock" ? [] : ["RMBG-2.0", "INSPYRENET", "BEN", "BEN2"],
  };
}
