"""What the HTML report looks like: one style sheet, light and dark, on a screen and on paper."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root {
  color-scheme: light dark;
  --page: #f4f5f8; --surface: #ffffff; --raised: #eceef3; --border: #dfe2e9; --text: #181c25; --muted: #545d6e;
  --accent: #2d55c8; --accent-soft: #e6ecfb; --track: #e3f0e6;
  --b0: #2a7a3a; --b50: #77700a; --b100: #9a5b00; --b250: #b84410; --b500: #b3261e; --b5000: #8a1250;
  --apart: #717a8b; --task: #6b3fc0; --network: #0b6e75; --database: #2a6e33; --paint: #2d55c8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14161b; --surface: #1c1f26; --raised: #262a33; --border: #343a46; --text: #eceff4; --muted: #a2abbb;
    --accent: #8fb0ff; --accent-soft: #222c47; --track: #1d2f24;
    --b0: #79cc8a; --b50: #d8cf5e; --b100: #f5bb5c; --b250: #ff9f6b; --b500: #ff8178; --b5000: #ff8cc6;
    --apart: #8b94a5; --task: #bfa2ff; --network: #5fd0d6; --database: #7fd08a; --paint: #8fb0ff;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
}
main { max-width: 1080px; margin: 0 auto; padding: 40px 24px 64px; }
h1, h2, p, dl, dd, figure, table, ol { margin: 0; padding: 0; }
h1 { font-size: 26px; line-height: 1.25; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 17px; line-height: 1.3; margin: 40px 0 12px; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
code {
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.87em;
}
.kicker { color: var(--muted); font-size: 13px; margin-bottom: 4px; }
.arguments { color: var(--muted); font-weight: 400; }
.answer {
  margin-top: 20px; padding: 14px 18px 14px 22px; position: relative; overflow: hidden;
  font-size: 17px; line-height: 1.5; overflow-wrap: anywhere;
}
.answer::before { content: ""; position: absolute; inset: 0 auto 0 0; width: 6px; background: var(--mark); }
.answer span { display: block; margin-top: 2px; font-size: 14px; color: var(--muted); }
.note { color: var(--muted); font-size: 13px; margin-top: 8px; }

.cards { display: flex; flex-wrap: wrap; gap: 12px; margin-top: 16px; }
.card { flex: 1 1 150px; padding: 14px 16px; }
.card, .answer, .sheet { background: var(--surface); border: 1px solid var(--border); border-radius: 10px; }
.card.wide { flex: 3 1 460px; }
.card dt { color: var(--muted); font-size: 13px; }
.card dt strong { color: var(--mark); font-weight: 600; }
.card dd { font-size: 24px; line-height: 1.3; font-weight: 600; font-variant-numeric: tabular-nums; }
.card dd + dd { font-size: 13px; line-height: 1.45; font-weight: 400; color: var(--muted); margin-top: 2px; }
.card dd.quartet { display: grid; grid-template-columns: repeat(4, 1fr); gap: 0 14px; }
.quartet span { font-size: 17px; white-space: nowrap; }
.card dd.quartet small { display: block; font-size: 12px; font-weight: 400; color: var(--muted); line-height: 1.5; }

.timeline { padding: 14px 16px 12px; }
.timeline svg { display: block; width: 100%; overflow: visible; }
.timeline text { font-size: 12px; fill: var(--muted); font-variant-numeric: tabular-nums; }
.lane { fill: var(--raised); }
.gui { fill: var(--track); }
.tick { stroke: var(--border); stroke-width: 1; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin-top: 12px; font-size: 13px; color: var(--muted); }
.legend span { display: inline-flex; align-items: center; gap: 6px; white-space: nowrap; }
.legend svg { width: 12px; height: 12px; flex: none; }
.s0 { fill: var(--b0); stroke: var(--b0); } .s50 { fill: var(--b50); stroke: var(--b50); }
.s100 { fill: var(--b100); stroke: var(--b100); } .s250 { fill: var(--b250); stroke: var(--b250); }
.s500 { fill: var(--b500); stroke: var(--b500); } .s5000 { fill: var(--b5000); stroke: var(--b5000); }
.sapart { fill: var(--surface); stroke: var(--apart); stroke-dasharray: 3 2; }
.stask { fill: var(--task); stroke: var(--task); } .smore { fill: var(--apart); stroke: var(--apart); }
.sconnect, .ssend, .sreceive { fill: var(--network); stroke: var(--network); }
.swait { fill: var(--network); stroke: var(--network); fill-opacity: 0.45; }
.sdatabase { fill: var(--database); stroke: var(--database); }
.spaint { fill: var(--paint); stroke: var(--paint); opacity: 0.45; }
.soverrun { fill: var(--b100); stroke: var(--b100); opacity: 0.7; }
.sinput { fill: var(--task); stroke: var(--task); opacity: 0.7; }
.timeline rect[class^=s] { stroke-width: 1; }
.timeline a rect:hover { stroke: var(--text); stroke-width: 2; }

table { border-collapse: collapse; width: 100%; }
.freezes th { font-size: 13px; font-weight: 500; color: var(--muted); text-align: left; padding: 10px 12px; }
.freezes td { padding: 12px 12px 4px; vertical-align: baseline; }
.freezes .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.freezes tbody { border-top: 1px solid var(--border); scroll-margin-top: 16px; }
.freezes tbody:target td { background: var(--accent-soft); }
.freezes tbody tr:first-child > th {
  padding: 12px 12px 4px 18px; font-weight: 400; font-size: 15px; color: var(--text);
}
.freezes table tr > :first-child { padding-left: 18px; }
.freezes table tr > :last-child { padding-right: 18px; }
.freezes td.more { padding: 0 18px 16px; }
.where { font-weight: 600; overflow-wrap: anywhere; }
.place { display: block; color: var(--muted); font-size: 13px; overflow-wrap: anywhere; }
.n strong { color: var(--mark); }
.mark0 { --mark: var(--b0); } .mark50 { --mark: var(--b50); } .mark100 { --mark: var(--b100); }
.mark250 { --mark: var(--b250); } .mark500 { --mark: var(--b500); } .mark5000 { --mark: var(--b5000); }
.markapart { --mark: var(--apart); }
.verdict { max-width: 78ch; overflow-wrap: anywhere; }
.remark { color: var(--muted); font-size: 13px; max-width: 78ch; overflow-wrap: anywhere; }
.fix {
  background: var(--raised); border-radius: 8px; padding: 10px 14px; margin-top: 8px; max-width: 88ch;
  white-space: pre-wrap; overflow-wrap: anywhere;
}
.verdict code, .fix code { color: var(--accent); }
.fix code { white-space: break-spaces; }
details { margin-top: 8px; }
summary { cursor: pointer; color: var(--accent); font-size: 14px; width: fit-content; }
details details { margin-left: 18px; }
.stack { list-style: none; margin-top: 4px; padding: 4px 0 4px 12px; border-left: 2px solid var(--border); }
.stack li { color: var(--muted); font-size: 13px; line-height: 1.5; overflow-wrap: anywhere; padding: 2px 0; }
.stack .own { color: var(--text); }
.stack .own b { font-weight: 600; }
.stack b { font-weight: 400; }
.stack code { display: block; white-space: pre-wrap; }
.empty { padding: 32px 18px; text-align: center; color: var(--muted); }
.empty strong { display: block; color: var(--text); font-size: 17px; }
footer { margin-top: 40px; color: var(--muted); font-size: 13px; max-width: 78ch; }

@media (max-width: 640px) {
  main { padding: 24px 14px 48px; }
  h1 { font-size: 22px; }
  .card { flex-basis: 40%; padding: 12px; }
  .card.wide { flex-basis: 100%; }
  .card dd { font-size: 20px; }
  .card dd.quartet { grid-template-columns: repeat(2, 1fr); gap: 4px 14px; }
  .freezes thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .freezes table, .freezes tbody, .freezes td.more { display: block; }
  .freezes tr { display: grid; grid-template-columns: repeat(3, 1fr); }
  .freezes table tr > :first-child { padding-left: 14px; }
  .freezes table tr > :last-child { padding-right: 14px; }
  .freezes tbody tr:first-child > th { grid-column: 1 / -1; padding: 12px 14px 2px; }
  .freezes td.cause { grid-column: 1 / -1; padding: 0 14px 4px; font-size: 13px; color: var(--muted); }
  .freezes .n { text-align: left; padding: 2px 14px 6px; }
  .freezes .n::before { content: attr(data-label); display: block; font-size: 12px; color: var(--muted); }
  .freezes td.more { grid-column: 1 / -1; padding: 4px 14px 14px; }
}
@media print {
  :root { --page: #ffffff; }
  body { font-size: 10.5pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .card, .answer, .timeline, .freezes tr, .fix { break-inside: avoid; }
  h2 { break-after: avoid; }
}
"""
