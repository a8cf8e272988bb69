import type { ReactNode } from "react";
import type { Operation } from "@/server/domain/vocabulary";
import type { FieldErrors, PlaygroundForm as Form, RunOn } from "./form-state";

export interface PlaygroundFormProps {
  operation: Operation;
  form: Form;
  errors: FieldErrors;
  runOn: RunOn;
  onChange: (changes: Partial<Form>) => void;
  onError: (field: string, message: string) => void;
  onRunOn: (runOn: RunOn) => void;
  onSubmit: () => void;
  /** Takes the newest picture as source; null while there is none. */
  onLastResult: (() => void) | null;
  /** The run button and what stands under it. */
  children: ReactNode;
}
