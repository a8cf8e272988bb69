import type { ChecklistItem } from "@/server/domain/checklist";
import type { RunItem } from "../types";
import { runErrorHandling } from "./error-handling";
import { runImg2img } from "./img2img";
import { runR2Upload } from "./r2-upload";
import { runRemoveBackground } from "./remove-background";
import { runRollback } from "./rollback";
import { runTxt2img } from "./txt2img";

export const RUN_ITEM: Record<ChecklistItem, RunItem> = {
  txt2img: runTxt2img,
  img2img: runImg2img,
  remove_background: runRemoveBackground,
  r2_upload: runR2Upload,
  error_handling: runErrorHandling,
  rollback: runRollback,
};
