import type { ReactNode } from "react";

interface DataTableProps {
  label: string;
  head: readonly string[];
  rows: readonly ReactNode[][];
}

/** The first column names the row, the others are numbers. Wide ones scroll by themselves, never the page. */
export function DataTable({ label, head, rows }: DataTableProps) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
      tabIndex={0}
      className="overflow-x-auto rounded-control"
    >
      <table className="w-full border-collapse text-small">
        <thead>
          <tr>
            {head.map((name, column) => (
              <th
                key={name}
                scope="col"
                className={`py-2 font-medium ${column === 0 ? "pr-3 text-left" : "pl-3 text-right"}`}
              >
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, ...cells], row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows are a fixed list, drawn anew as a whole
            <tr key={row} className="border-t border-line">
              <th scope="row" className="py-1.5 pr-3 text-left font-normal whitespace-nowrap">
                {name}
              </th>
              {cells.map((cell, column) => (
                <td key={head[column + 1]} className="py-1.5 pl-3 text-right whitespace-nowrap">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
