import type { LucideIcon } from "lucide-react";

/** The one size and stroke for icons. They repeat what stands beside them, so they are hidden from readers. */
export function Icon({ icon: Shape, size = 16, className }: { icon: LucideIcon; size?: number; className?: string }) {
  return <Shape aria-hidden="true" focusable="false" size={size} strokeWidth={1.75} className={className} />;
}
