import { escapeHtml } from "@/server/digests/escape-html";
import type { Outline, OutlineSection } from "./outline";

/** What people wrote must not become a table, a heading or a link of ours. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]<>|#]/g, "\\$&").replace(/\s*\n\s*/g, " ");
}

function quoted(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => `> ${escapeMarkdown(line)}`.trimEnd())
    .join("\n");
}

export function renderMarkdown({ title, about, lead, sections }: Outline): string {
  const blocks = [`# ${escapeMarkdown(title)}`, escapeMarkdown(about), ...lead.map(escapeMarkdown)];
  for (const section of sections) blocks.push(`## ${section.title}`, markdownSection(section));
  return `${blocks.join("\n\n")}\n`;
}

function markdownSection(section: OutlineSection): string {
  if (section.kind === "text") return quoted(section.text);
  if (section.kind === "list")
    return section.items.map(({ text, isDone }) => `- [${isDone ? "x" : " "}] ${escapeMarkdown(text)}`).join("\n");
  const line = (cells: string[]) => `| ${cells.map(escapeMarkdown).join(" | ")} |`;
  const rule = `| ${section.head.map((_, index) => (index === 0 ? "---" : "---:")).join(" | ")} |`;
  return [line(section.head), rule, ...section.rows.map(line)].join("\n");
}

const CELL = "padding:4px 12px 4px 0;border-bottom:1px solid #dcdcd5;text-align:";

/** For mail: no style sheet, no picture, nothing that is fetched. */
export function renderHtml({ title, about, lead, sections }: Outline, link: string | null): string {
  const parts = [
    `<h1 style="font-size:20px">${escapeHtml(title)}</h1>`,
    `<p style="color:#474b54">${escapeHtml(about)}</p>`,
    ...lead.map((sentence) => `<p>${escapeHtml(sentence)}</p>`),
    ...(link === null ? [] : [`<p><a href="${escapeHtml(link)}">Open the review</a></p>`]),
    ...sections.map((section) => `<h2 style="font-size:16px">${escapeHtml(section.title)}</h2>${htmlSection(section)}`),
  ];
  return `<div style="font:14px/20px sans-serif;color:#16181d">${parts.join("\n")}</div>`;
}

function htmlSection(section: OutlineSection): string {
  if (section.kind === "text") return `<p style="white-space:pre-wrap">${escapeHtml(section.text)}</p>`;
  if (section.kind === "list")
    return `<ul>${section.items.map(({ text, isDone }) => `<li>${isDone ? "done: " : ""}${escapeHtml(text)}</li>`).join("")}</ul>`;
  const cells = (row: string[], tag: "td" | "th") =>
    row
      .map((cell, index) => `<${tag} style="${CELL}${index === 0 ? "left" : "right"}">${escapeHtml(cell)}</${tag}>`)
      .join("");
  const rows = section.rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("");
  return `<table style="border-collapse:collapse"><thead><tr>${cells(section.head, "th")}</tr></thead><tbody>${rows}</tbody></table>`;
}

export const escapeSlack = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** For chat: the sentences, the table of providers and what is to be done; the rest is behind the link. */
export function renderSlack({ title, about, lead, sections }: Outline, link: string | null): string {
  const lines = [`*${escapeSlack(title)}*`, escapeSlack(about), ...lead.map(escapeSlack)];
  const [providers] = sections;
  if (providers?.kind === "table") lines.push(`\`\`\`\n${escapeSlack(aligned(providers))}\n\`\`\``);
  for (const section of sections)
    if (section.kind === "list")
      lines.push(
        `*${section.title}*`,
        ...section.items.filter(({ isDone }) => !isDone).map(({ text }) => `• ${escapeSlack(text)}`),
      );
  if (link !== null) lines.push(`<${link}|Open the review>`);
  return lines.join("\n");
}

function aligned({ head, rows }: { head: string[]; rows: string[][] }): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
