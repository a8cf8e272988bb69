import { cn } from "./cn";

/** Stands where content will stand, in its size. Comes only after 150 ms, so a fast answer shows no flash. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden="true" className={cn("animate-appear rounded-button bg-sunken", className)} />;
}

export function SkeletonRows({ rows = 4, className = "h-10" }: { rows?: number; className?: string }) {
  return (
    <div className="flex flex-col gap-2">
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are alike and never move
        <Skeleton key={index} className={className} />
      ))}
    </div>
  );
}
