import { createHash } from 'node:crypto';

/** The page stands alone: it is read when nothing else can be. */
export const statusStyle = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1d232b; --soft: #5c6672; --line: #d9dee5; --shade: #f4f6f9; --good: #1a7f4b; --warn: #9a5b00; --bad: #b3261e; --mark: #2563a8; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181d; --ink: #e4e8ed; --soft: #9aa5b1; --line: #323a44; --shade: #1c2229; --good: #57c98b; --warn: #e6a84a; --bad: #ff8a80; --mark: #7db2ee; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 16px; max-width: 1280px; font: 14px/1.45 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; background: var(--paper); color: var(--ink); }
h1 { font-size: 20px; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 15px; margin: 24px 0 8px; }
p { margin: 0; }
a { color: var(--mark); }
.soft { color: var(--soft); }
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); font-weight: 600; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 16px 0 0; padding: 0; list-style: none; }
.tiles li { border: 1px solid var(--line); border-radius: 8px; padding: 10px 12px; }
.tiles b { display: block; font-size: 22px; font-weight: 600; line-height: 1.25; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); padding: 0 0 4px; }
th { text-align: left; font-weight: 600; color: var(--soft); white-space: nowrap; }
th, td { padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n, th.n { text-align: right; white-space: nowrap; }
td.url { font-family: ui-monospace, Menlo, "DejaVu Sans Mono", monospace; font-size: 13px; overflow-wrap: anywhere; min-width: 16em; }
svg { display: block; width: 100%; min-width: 90px; height: 28px; }
svg polyline { fill: none; stroke: var(--mark); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
svg path { fill: var(--mark); opacity: .15; }
pre { margin: 4px 0 0; padding: 8px; background: var(--shade); border-radius: 6px; overflow-x: auto; font-size: 12px; }
nav { margin-top: 8px; }
summary { color: var(--soft); cursor: pointer; padding: 4px 0; width: fit-content; }
:focus-visible { outline: 2px solid var(--mark); outline-offset: 2px; }
`;

/** No script, no style but this one. */
export const statusPolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(statusStyle).digest('base64')}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;
