/**
 * The style of the page, whole: the policy that the page is sent with admits this text by its hash, and no style besides.
 * System fonts; colour for meaning only, and never alone; light and dark, narrow and wide, screen and paper.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf8; --card: #ffffff; --ink: #1d2126; --quiet: #59616b; --line: #e3e1dc; --field: #8a8f96;
  --bar: #35618e; --gone: #c3d0dd; --over: #cfcfcb; --window: #8a5a00; --today: #1d2126;
  --good: #1b6e45; --good-bg: #eaf4ee; --busy: #855700; --busy-bg: #faf2e0; --bad: #b3261e; --bad-bg: #fcecea;
  --calm: #59616b; --calm-bg: #f0efec; --code: #f2f1ed; --link: #245a8d;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #15181c; --card: #1c2025; --ink: #e7e9ec; --quiet: #a3abb5; --line: #31373e; --field: #79818b;
    --bar: #7fb0e0; --gone: #33475c; --over: #454a50; --window: #e0b05a; --today: #e7e9ec;
    --good: #74cf9d; --good-bg: #17291f; --busy: #e6b968; --busy-bg: #2c2415; --bad: #ff9d94; --bad-bg: #351c1a;
    --calm: #a3abb5; --calm-bg: #23282e; --code: #272c32; --link: #8fbdea;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 68rem; padding: 2rem 1.5rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
h1, h2, h3, h4, p, ul, ol, table { margin: 0; }
h1 { font-size: 1.9rem; line-height: 1.2; font-weight: 650; letter-spacing: -0.015em; }
h2 { font-size: 1.3rem; font-weight: 650; letter-spacing: -0.01em; margin-bottom: 1rem; }
h3 { font-size: 1.08rem; font-weight: 650; overflow-wrap: anywhere; }
h4, caption { font-size: .85rem; font-weight: 650; text-align: left; color: var(--quiet); }
section { margin-top: 3rem; }
section > p { max-width: 46rem; margin-bottom: 1rem; }
code, pre { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .86em; }
code { background: var(--code); border-radius: 4px; padding: .1em .35em; overflow-wrap: anywhere; }
pre { background: var(--code); border-radius: 6px; padding: 1rem; overflow-x: auto; margin: .75rem 0 0; user-select: all; }
ul, ol { padding: 0; }
.quiet, .vault, .age, .product, footer, .count { color: var(--quiet); }
.vault { font-weight: 400; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.patterns { position: absolute; }
.icon { flex: none; fill: none; stroke: currentColor; stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round; }
.product { font-size: .9rem; margin-bottom: .75rem; }
.banner { display: flex; gap: 1.1rem; padding: 1.5rem 1.6rem; border-radius: 14px; border-left: 6px solid var(--tone); background: var(--tone-bg); }
.banner > .icon { width: 40px; height: 40px; color: var(--tone); }
.banner h1 { color: var(--tone); }
.banner p { margin-top: .4rem; }
.banner .age { font-size: .9rem; }
.well { --tone: var(--good); --tone-bg: var(--good-bg); }
.due { --tone: var(--busy); --tone-bg: var(--busy-bg); }
.attention { --tone: var(--bad); --tone-bg: var(--bad-bg); }
.overlap, .paused, .unknown { --tone: var(--calm); --tone-bg: var(--calm-bg); }
.needs { list-style: none; display: grid; grid-template-columns: minmax(0, 1fr); gap: .75rem; }
.needs > li { display: flex; gap: .8rem; background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--bad); border-radius: 10px; padding: 1rem 1.2rem; }
.needs > li > .icon { color: var(--bad); margin-top: .2rem; }
.needs > li > div { min-width: 0; flex: 1; }
.needs .advice { margin-top: .35rem; color: var(--quiet); }
.needs .advice strong { color: var(--ink); }
.needs > li.mild { border-left-color: var(--busy); }
.needs > li.mild > .icon { color: var(--busy); }
details + .needs, .needs + details { margin-top: .75rem; }
details > .needs, details > .notes { margin-top: .75rem; }
summary { cursor: pointer; color: var(--link); width: fit-content; padding: .3rem 0; min-height: 24px; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 4px; }
.filter { display: flex; flex-wrap: wrap; gap: .75rem 1rem; align-items: end; }
.filter label { display: grid; grid-template-columns: minmax(0, 1fr); gap: .25rem; font-size: .85rem; color: var(--quiet); min-width: 0; max-width: 100%; }
select, button { font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--field); border-radius: 8px; padding: .45rem .8rem; min-height: 2.5rem; max-width: 100%; }
button { cursor: pointer; font-weight: 600; }
button.plain { border-color: transparent; background: none; color: var(--link); }
.count { margin: 1rem 0 .25rem; font-size: .9rem; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; font-size: .82rem; color: var(--quiet); margin-bottom: 1rem; }
.legend li { display: flex; align-items: center; gap: .45rem; }
.ca { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem 1.4rem; margin-top: 1rem; }
.ca > header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; justify-content: space-between; align-items: baseline; }
.ca > header h3 { min-width: 0; }
.state { display: inline-flex; align-items: center; gap: .4rem; color: var(--tone); background: var(--tone-bg); border-radius: 999px; padding: .15rem .8rem .15rem .45rem; font-size: .88rem; font-weight: 600; white-space: nowrap; }
.next { margin-top: .35rem; max-width: 50rem; }
.picture { margin: 1rem 0 .5rem; }
.timeline { display: block; overflow: visible; }
.timeline text { font-size: 11.5px; fill: var(--quiet); paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; }
.timeline .bar-label { font-size: 12px; }
.timeline .bar-label { fill: var(--ink); }
.timeline .tick { stroke: var(--line); }
.timeline .tick-label, .at-middle { text-anchor: middle; }
.at-end { text-anchor: end; }
.timeline .today { stroke: var(--today); stroke-width: 1.5; }
.timeline .today-label { fill: var(--ink); font-weight: 600; }
.life.past { fill: var(--gone); }
.life.left { fill: var(--bar); }
.life.over { fill: var(--over); }
rect.window { fill: url(#hatch); stroke: var(--window); stroke-width: 1.5; }
.hatch-line { stroke: var(--window); stroke-width: 2.5; }
rect.overlap { fill: url(#stripes); }
.stripe { stroke: var(--card); stroke-width: 3; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; margin-bottom: 1rem; }
th { text-align: left; font-weight: 500; font-size: .8rem; color: var(--quiet); padding: .35rem 1rem .35rem 0; border-bottom: 1px solid var(--line); }
td { padding: .5rem 1rem .5rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
tr:last-child > td { border-bottom: 0; }
.ca .places { margin: .5rem 0 0; }
.rank { font-weight: 600; margin-right: .35rem; }
.rank.older, .rank.rolled-back { color: var(--quiet); }
.yes { color: var(--good); white-space: nowrap; }
.no { color: var(--bad); font-weight: 600; }
.progress { display: block; margin-top: .35rem; font-size: .86rem; color: var(--quiet); max-width: 20rem; }
.progress svg { display: block; margin-bottom: .2rem; }
.groove { fill: var(--gone); }
.done { fill: var(--bar); }
.ca details { margin-top: .4rem; }
.ca.folded { padding: 0 1.4rem; margin-top: .5rem; }
.ca.folded > details { margin: 0; }
.folded > details > summary { display: grid; grid-template-columns: minmax(10rem, 1.2fr) 7rem minmax(0, 2fr) auto; gap: .25rem 1rem; align-items: center; width: auto; padding: .65rem 0; color: inherit; list-style: none; }
.folded > details > summary::-webkit-details-marker { display: none; }
.folded > details > summary::before { content: "▸"; position: absolute; margin-left: -1rem; color: var(--quiet); }
.folded > details[open] > summary::before { content: "▾"; }
.folded > details[open] { padding-bottom: 1rem; }
.folded .next { margin: 0; font-size: .92rem; }
.strip rect.window { fill: none; }
.strip { display: block; width: 100%; }
.facts { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; margin-top: .6rem; font-size: .94rem; }
.facts table { margin: 0; }
.lanes, .dates, .notes { padding-left: 1.1rem; display: grid; grid-template-columns: minmax(0, 1fr); gap: .3rem; }
.facts h4 + ul { margin-top: -.6rem; }
.history { list-style: none; display: grid; gap: .6rem; font-size: .94rem; }
.history li { display: grid; grid-template-columns: 8rem 1fr; gap: 1rem; }
.history li > div { min-width: 0; }
.history time { color: var(--quiet); }
main > section > ol:not(.history) { padding-left: 1.3rem; display: grid; gap: .5rem; max-width: 46rem; }
footer { margin-top: 4rem; padding-top: 1.25rem; border-top: 1px solid var(--line); font-size: .86rem; display: grid; gap: .4rem; }
@media (max-width: 40rem) {
  body { padding: 1.25rem 1rem 3rem; }
  h1 { font-size: 1.5rem; }
  .banner { padding: 1.1rem 1.1rem; gap: .8rem; }
  .banner > .icon { width: 28px; height: 28px; }
  .ca { padding: 1rem; }
  .minor { display: none; }
  .folded > details > summary { grid-template-columns: 1fr auto; }
  .folded .strip, .folded .next { grid-column: 1 / -1; }
  .folded .next { order: 3; }
  .filter label, .filter select, .filter button { width: 100%; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, caption, tbody, tr, td { display: block; }
  tr { padding: .6rem 0; border-bottom: 1px solid var(--line); }
  tr:last-child { border-bottom: 0; }
  td { border: 0; padding: .15rem 0 .15rem 6.5rem; position: relative; min-height: 1.7rem; }
  td::before { content: attr(data-label); position: absolute; left: 0; width: 6rem; color: var(--quiet); font-size: .82rem; line-height: 1.75; }
  .history li { grid-template-columns: 1fr; gap: 0; }
}
@media print {
  :root { --paper: #fff; --card: #fff; color-scheme: light; font-size: 10pt; }
  body { max-width: none; padding: 0; }
  h2, h3, h4, caption, thead, .count, .legend { break-after: avoid; }
  .banner { padding: 1rem 1.2rem; }
  summary { color: inherit; list-style: none; font-weight: 600; }
  pre { white-space: pre-wrap; padding: .6rem .8rem; font-size: .75rem; }
  th, td { padding-top: .3rem; padding-bottom: .3rem; }
  .timeline { max-width: 46rem; }
  .filter, .ca:not(.folded) summary, .folded details details > summary { display: none; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .ca, .needs > li, tr { break-inside: avoid; }
  .banner, .state, svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  section { margin-top: 1.5rem; }
  .ca { padding: .8rem 1rem; margin-top: .6rem; }
}
@media (forced-colors: active) {
  .banner, .state { border: 1px solid; }
  .life.left, .done { fill: Highlight; }
}
`;
