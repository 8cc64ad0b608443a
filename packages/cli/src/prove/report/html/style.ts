/**
 * The page's own style: light and dark, and for paper. The roles' fills were chosen so that their lightness differs by
 * steps (ran darkest, then replayed, then waited), and the others have a pattern: they survive a grey print and the
 * common kinds of colour blindness.
 */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --raised: #f6f7f6; --ink: #1b1f1d; --soft: #5a625e; --line: #d9dedb;
  --held: #1f6f54; --broken: #b3261e; --not-shown: #8a5a00; --link: #17594a;
  --held-ground: #e7f3ee; --broken-ground: #fbeae8; --not-shown-ground: #fbf2dd;
  --ran: #0d3b2c; --replayed: #5c9fd0; --waited: #c3daeb; --refused: #c9780f; --refused-line: #fff3e0;
  --failed: #a11a12; --failed-line: #ffd9d5; --edge: #33413b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14181a; --raised: #1c2224; --ink: #e6eae8; --soft: #9ba6a1; --line: #343d3f;
    --held: #63c9a1; --broken: #ff8a80; --not-shown: #eab54e; --link: #7fd3b6;
    --held-ground: #17302a; --broken-ground: #3a1f1d; --not-shown-ground: #352a12;
    --ran: #f2fff9; --replayed: #4d8fc2; --waited: #294a63; --refused: #d98a1f; --refused-line: #3d2705;
    --failed: #e5564b; --failed-line: #4a0f0b; --edge: #b9c5bf;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 2.5rem 1.5rem 4rem; max-width: 58rem;
  background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
h1 { margin: 0 0 .25rem; font-size: 1.7rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 3rem 0 .75rem; font-size: 1.15rem; }
h3 { margin: 0; font-size: 1.1rem; line-height: 1.35; }
p { margin: .5rem 0; }
a { color: var(--link); }
code { font: .92em ui-monospace, "SF Mono", Consolas, "Liberation Mono", monospace; overflow-wrap: anywhere; }
.kicker, .extent, figcaption, .id { color: var(--soft); font-size: .875rem; }
.kicker { margin: 0 0 .35rem; }
.verdict {
  margin: 1.25rem 0 0; padding: .9rem 1.1rem; border-left: 6px solid; border-radius: 3px;
  display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline;
}
.verdict strong { font-size: 1.3rem; }
.verdict.held { background: var(--held-ground); border-color: var(--held); }
.verdict.broken { background: var(--broken-ground); border-color: var(--broken); }
.verdict.not_shown { background: var(--not-shown-ground); border-color: var(--not-shown); }
.held > strong, .mark.held { color: var(--held); }
.broken > strong, .mark.broken { color: var(--broken); }
.not_shown > strong, .mark.not_shown { color: var(--not-shown); }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
th, td { padding: .4rem .8rem .4rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { font-weight: 600; color: var(--soft); white-space: nowrap; }
td.number, th.number { text-align: right; }
td:last-child, th:last-child { padding-right: 0; }
.mark { font-weight: 650; white-space: nowrap; }
.run th { width: 11rem; font-weight: 400; }
article { margin: 1.5rem 0; padding: 1.1rem 1.25rem 1.25rem; border: 1px solid var(--line); border-top: 4px solid; border-radius: 4px; }
article.held { border-top-color: var(--held); }
article.broken { border-top-color: var(--broken); }
article.not_shown { border-top-color: var(--not-shown); }
article header { display: flex; justify-content: space-between; gap: 1rem; align-items: baseline; flex-wrap: wrap; }
article header h3 { flex: 1 1 20rem; }
.id { margin: .1rem 0 .6rem; }
.why { font-size: 1.02rem; }
ol.evidence { margin: .75rem 0 1rem; padding: 0; list-style: none; counter-reset: evidence; }
ol.evidence li {
  counter-increment: evidence; display: grid; grid-template-columns: 1.7rem 5.2rem 1fr; gap: .5rem;
  padding: .35rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere;
}
ol.evidence li::before {
  content: counter(evidence); width: 1.45rem; height: 1.45rem; border-radius: 50%; border: 1.5px solid var(--broken);
  color: var(--broken); font-size: .8rem; font-weight: 650; display: grid; place-items: center;
}
ol.evidence p { margin: 0; }
ol.evidence time { color: var(--soft); text-align: right; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .75rem 0; font-size: .9rem; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
figure { margin: 1rem 0 0; }
figure svg { display: block; width: 100%; height: auto; }
figcaption p { margin: .35rem 0 0; }
.answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 0 2rem; align-items: start; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin: .4rem 0 0; padding: 0; list-style: none; color: var(--ink); }
.legend svg.swatch { display: inline-block; width: 22px; height: 11px; margin-right: .4rem; }
svg.patterns { position: absolute; }
svg text { font-size: 11px; fill: var(--ink); }
svg text.tick { fill: var(--soft); }
svg text.answer { font-size: 10.5px; }
svg text.mark { fill: var(--broken); font-weight: 700; font-size: 11.5px; }
.grid { stroke: var(--line); stroke-width: 1; }
.axis { stroke: var(--soft); stroke-width: 1; }
line.mark { stroke: var(--broken); stroke-width: 1.2; stroke-dasharray: 3 2; }
rect.band { fill: var(--raised); }
rect.ran { fill: var(--ran); }
rect.replayed { fill: var(--replayed); }
rect.waited { fill: var(--waited); }
rect.refused { fill: url(#hatch); }
rect.failed { fill: url(#cross); }
rect.no_answer { fill: var(--ground); stroke: var(--edge); stroke-width: .7; stroke-dasharray: 2 1.5; }
.swatch rect { stroke: var(--edge); stroke-width: .5; }
.refused-ground { fill: var(--refused); }
.refused-line { fill: var(--refused-line); }
.failed-ground { fill: var(--failed); }
.failed-line { stroke: var(--failed-line); stroke-width: 1; fill: none; }
rect.count { fill: var(--replayed); }
rect.to-p50 { fill: var(--ran); }
rect.to-p95 { fill: var(--replayed); }
rect.to-p99 { fill: var(--waited); }
rect.to-max { fill: var(--line); }
footer { margin-top: 3rem; color: var(--soft); font-size: .85rem; }
@media (max-width: 34rem) {
  body { padding: 1.25rem .9rem 3rem; }
  td.number, th.number { display: none; }
  article { padding: .9rem .9rem 1rem; }
  ol.evidence li { grid-template-columns: 1.7rem 1fr; }
  ol.evidence li p { grid-column: 2; }
  ol.evidence time { text-align: left; }
  .timeline svg:not(.swatch) { min-width: 34rem; }
  .timeline { overflow-x: auto; }
}
@media print {
  :root {
    color-scheme: light;
    --ground: #ffffff; --raised: #f4f5f4; --ink: #000000; --soft: #444a47; --line: #c9cfcc;
    --held: #1f6f54; --broken: #b3261e; --not-shown: #7a5000; --link: #000000;
    --held-ground: #e7f3ee; --broken-ground: #fbeae8; --not-shown-ground: #fbf2dd;
    --ran: #0d3b2c; --replayed: #5c9fd0; --waited: #c3daeb; --refused: #c9780f; --refused-line: #fff3e0;
    --failed: #a11a12; --failed-line: #ffd9d5; --edge: #33413b;
  }
  @page { size: A4; margin: 16mm 15mm; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  html { font-size: 11.5px; }
  body { max-width: none; padding: 0; font-size: 1rem; }
  a { text-decoration: none; }
  h2 { break-after: avoid; margin-top: 1.5rem; }
  article { break-inside: avoid; margin: 1rem 0; padding: .7rem .9rem .9rem; }
  tr, figure, li, .verdict { break-inside: avoid; }
  thead { display: table-header-group; }
}
`
