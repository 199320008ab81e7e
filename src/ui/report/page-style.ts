/** How the page looks: light and dark, on a phone, on a desk, on paper. */

const COLOURS = `
:root { color-scheme: light dark; --paper: #f7f6f3; --card: #ffffff; --ink: #1c2024; --soft: #565d66; --rule: #d9d7d1; --faint: #ebe9e4;
  --use: #1d5f9e; --use-soft: #c5daee; --band: #a34a00; --band-soft: #f3c08f; --dark: #70757c; --dark-ground: #e6e5e2;
  --proven: #0b6b57; --proven-soft: #bfe3d8; --rule-ink: #7a3e9d; --rule-soft: #e3d0ee; --open: #b02a2a; --open-soft: #f3cdc9; --focus: #0b57d0; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171a; --card: #1c2024; --ink: #e9e7e3; --soft: #a6adb5; --rule: #3b4148; --faint: #2a2f35;
  --use: #7db7ec; --use-soft: #26435f; --band: #f0a45c; --band-soft: #6b4216; --dark: #858c94; --dark-ground: #2d3238;
  --proven: #5fcdb0; --proven-soft: #1d473d; --rule-ink: #c99be6; --rule-soft: #47305a; --open: #ff8f86; --open-soft: #5c2a28; --focus: #9cc3ff; } }`

const PRINT_COLOURS = `
@media print { :root { color-scheme: light; --paper: #fff; --card: #fff; --ink: #000; --soft: #444; --rule: #bbb; --faint: #ddd;
  --use: #1d5f9e; --use-soft: #c5daee; --band: #a34a00; --band-soft: #f3c08f; --dark: #70757c; --dark-ground: #ececec;
  --proven: #0b6b57; --proven-soft: #bfe3d8; --rule-ink: #7a3e9d; --rule-soft: #e3d0ee; --open: #b02a2a; --open-soft: #f3cdc9; } }`

const TEXT = `
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-padding-top: 4rem; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere; }
header, main { max-width: 76rem; margin: 0 auto; padding: 0 clamp(0.75rem, 3vw, 2rem); }
header { padding-top: 2.5rem; }
h1 { font-size: clamp(1.6rem, 4vw, 2.25rem); line-height: 1.15; margin: 0; letter-spacing: -0.01em; text-wrap: balance; }
h2 { font-size: 1.35rem; line-height: 1.25; margin: 0 0 0.25rem; }
h3 { font-size: 1rem; line-height: 1.35; margin: 1.5rem 0 0.5rem; }
p { margin: 0.25rem 0 0.75rem; max-width: 46rem; }
.period, .rest, section > p, footer p { color: var(--soft); }
.lead.lead { color: var(--ink); font-size: clamp(1.05rem, 2.2vw, 1.25rem); line-height: 1.5; margin: 1.25rem 0; max-width: 52rem; }
section { margin: 3rem 0; }
#headline { margin: 0 0 1.5rem; } #time { margin-top: 1.25rem; }
code { font: 0.875em ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; }
footer { border-top: 1px solid var(--rule); margin: 3rem 0 2rem; padding-top: 1rem; font-size: 0.9rem; }
footer h2 { font-size: 1rem; }`

const CARDS = `
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); gap: 0.75rem; margin: 0 0 1rem; }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 0.5rem; padding: 0.75rem 1rem 0.875rem; }
.card dt { color: var(--soft); font-size: 0.875rem; }
.card dd { margin: 0; }
.card .value { font-size: 1.5rem; line-height: 1.3; font-weight: 600; font-variant-numeric: tabular-nums; }
.card .remark { color: var(--soft); font-size: 0.875rem; line-height: 1.4; }
.certainty { display: block; margin: 0.35rem 0 0.4rem; border-radius: 3px; }
.certainty .upto { fill: var(--band-soft); } .certainty .least { fill: var(--use-soft); } .certainty .exact { fill: var(--use); }`

const PICKER = `
.picker { position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: 0.25rem 0.5rem; align-items: center; margin: 0 -0.25rem; padding: 0.5rem 0.25rem; border: 0; background: var(--paper); }
.picker legend { float: left; padding: 0; margin-right: 0.5rem; color: var(--soft); font-size: 0.9rem; }
.picker label { position: relative; cursor: pointer; }
.picker input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: pointer; }
.picker span { display: block; padding: 0.25rem 0.9rem; border: 1px solid var(--rule); border-radius: 1rem; background: var(--card); font-size: 0.9rem; }
.picker input:checked + span { background: var(--ink); border-color: var(--ink); color: var(--paper); font-weight: 600; }
.picker input:focus-visible + span, summary:focus-visible, .scroll:focus-visible, input[type=range]:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.moment { display: flex; flex-wrap: wrap; gap: 0 1rem; min-height: 1.75rem; }
.moment[hidden] { display: none; }
.moment label { display: flex; flex: 1 1 16rem; gap: 0.75rem; align-items: center; max-width: 32rem; }
.moment input { flex: 1; min-width: 4rem; accent-color: var(--use); }
.moment output { color: var(--ink); font-variant-numeric: tabular-nums; }`

const FIGURES = `
figure { margin: 0 0 0.75rem; background: var(--card); border: 1px solid var(--rule); border-radius: 0.5rem; padding: 0.75rem 1rem 0.5rem; }
figcaption { display: flex; flex-wrap: wrap; gap: 0 0.75rem; align-items: baseline; margin-bottom: 0.25rem; font-size: 0.875rem; position: relative; }
figcaption .name { font-weight: 600; max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
figcaption .sum { color: var(--soft); font-variant-numeric: tabular-nums; }
figcaption .at { display: none; font-weight: 600; font-variant-numeric: tabular-nums; color: var(--use); }
.reading figcaption .sum { display: none; } .reading figcaption .at { display: inline; }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); gap: 0.75rem; margin-bottom: 0.75rem; }
.panels figure { margin: 0; min-width: 0; } .panels .tick.odd { display: none; }
.chart { padding-left: 2.75rem; }
.chart.named { padding-left: 13.5rem; }
.plot { display: block; width: 100%; overflow: visible; }
.inner, .point { overflow: visible; }
.plot text { font-size: 12px; fill: var(--soft); font-variant-numeric: tabular-nums; }
.amount { text-anchor: end; } .when { text-anchor: middle; } .when.start { text-anchor: start; } .when.end { text-anchor: end; }
.grid { stroke: var(--faint); } .tick line { stroke: var(--rule); }
.lower, .band, .ceiling { vector-effect: non-scaling-stroke; stroke-width: 1.75; } .ceiling { fill: none; }
.lower { stroke: var(--use); fill: var(--use-soft); fill-opacity: 0.7; }
.band { stroke: var(--band); stroke-width: 1.5; stroke-dasharray: 4 2.5; fill: var(--band-soft); fill-opacity: 0.75; }
.ceiling { stroke: var(--ink); stroke-width: 1.5; }
.uncertain .lower { stroke: var(--band); fill: var(--band-soft); }
.dark { fill: url(#pattern-dark); } .restart { stroke: var(--ink); stroke-width: 1.5; }
.plot .goes-on { stroke: var(--use); stroke-width: 2; stroke-dasharray: 2 4; }
.plot .mark { fill: var(--ink); } .mark.end { text-anchor: end; }
.cursor { display: none; stroke: var(--ink); stroke-width: 1; } .reading .cursor { display: inline; }
.key { padding: 0 0.3em; border-radius: 3px; color: var(--ink); } .band-key { background: var(--band-soft); border-top: 2px dashed var(--band); }
.dark-key { background: repeating-linear-gradient(45deg, var(--dark-ground) 0 5px, var(--dark) 5px 6px); background-color: var(--dark-ground); }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; list-style: none; margin: 0 0 0.75rem; padding: 0; font-size: 0.875rem; color: var(--soft); }
.legend svg { vertical-align: -1px; }`

const MARKS = `
.patterns { position: absolute; }
#pattern-dark .ground { fill: var(--dark-ground); } #pattern-dark .ink { fill: var(--dark); opacity: 0.55; }
#pattern-rule .ground { fill: var(--rule-soft); } #pattern-rule .ink { fill: var(--rule-ink); }
#pattern-proven .ground { fill: var(--proven-soft); } #pattern-proven .ink { fill: var(--proven); }
#pattern-open .ground { fill: var(--open-soft); } #pattern-open .ink { fill: var(--open); }
.alive, .bars .least, .plot .least, .legend .least { fill: var(--use); }
.maybe { stroke-width: 1; } .maybe.rule, .forgot { stroke: var(--rule-ink); } .maybe.proven { stroke: var(--proven); } .maybe.open { stroke: var(--open); stroke-dasharray: 3 2; }
.plot .row-name { text-anchor: end; fill: var(--ink); } .plot .further { fill: var(--card); font-size: 16px; font-weight: 700; } .plot .further.end { fill: var(--ink); text-anchor: end; }
.agree { stroke: var(--ink); stroke-width: 1.5; }
.verdict.equal { fill: var(--use); opacity: 0.75; } .verdict.reconciled { fill: var(--use); } .verdict.explained { fill: var(--rule-ink); }
.verdict.ambiguous { fill: var(--band); } .verdict.different { fill: var(--open); }
.bars { list-style: none; margin: 0; padding: 0.5rem 1rem; background: var(--card); border: 1px solid var(--rule); border-radius: 0.5rem; }
.bars li { display: grid; grid-template-columns: minmax(0, auto) minmax(0, 1fr) auto; gap: 0 0.6rem; align-items: baseline; padding: 0.3rem 0; font-size: 0.9rem; }
.bars .name { font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .bars .queue { color: var(--soft); font-size: 0.8125rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.bars .sum { font-variant-numeric: tabular-nums; text-align: right; } .goes-on { color: var(--soft); font-size: 0.8125rem; }
.bars svg { grid-column: 1 / -1; display: block; overflow: visible; }
.whisker { stroke: var(--band); stroke-width: 2; }
.oddities { margin: 0.25rem 0 0.75rem; padding-left: 1.25rem; }`

const TABLES = `
.numbers { margin: 0.5rem 0; }
.numbers summary { cursor: pointer; width: fit-content; padding: 0.15rem 0.25rem; font-size: 0.9rem; color: var(--soft); border-radius: 4px; }
.numbers summary:hover { color: var(--ink); }
.scroll { overflow: auto; max-height: 32rem; margin: 0.25rem 0 1rem; background: var(--card); border: 1px solid var(--rule); border-radius: 0.5rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.875rem; line-height: 1.4; }
caption { text-align: left; padding: 0.6rem 0.75rem; color: var(--soft); }
th, td { padding: 0.3rem 0.75rem; text-align: left; vertical-align: top; border-top: 1px solid var(--faint); min-width: 5rem; max-width: 26rem; overflow-wrap: break-word; }
th { font-weight: 600; } tbody th { font-weight: 500; }
thead th { white-space: normal; position: sticky; top: 0; background: var(--card); border-top: 0; box-shadow: inset 0 -1px var(--rule); vertical-align: bottom; }
.n, .figures td { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }`

const NARROW = `
@media (max-width: 44rem) {
  .chart { padding-left: 2.25rem; } .chart.named { padding-left: 0; }
  .plot .row-name { text-anchor: start; transform: translate(12px, 0); paint-order: stroke; stroke: var(--card); stroke-width: 3px; stroke-linejoin: round; font-size: 11px; }
  .tick.odd { display: none; } figure { padding: 0.6rem 0.6rem 0.4rem; }
  .bars li { grid-template-columns: minmax(0, 1fr) auto; } .bars .queue { grid-row: 2; grid-column: 1 / -1; }
}
@media (prefers-reduced-motion: no-preference) { .picker span { transition: background-color 0.12s, color 0.12s; } }
@media (forced-colors: active) { .plot, .bars svg, .legend svg, .certainty { forced-color-adjust: none; } .picker input:checked + span { outline: 3px solid; } }`

const PRINT = `
@media print {
  body { font-size: 9.5pt; background: #fff; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  header, main { max-width: none; padding: 0; } header { padding-top: 0; } section { margin: 1.5rem 0; }
  .picker, .moment, .numbers summary, .cursor { display: none !important; }
  .numbers::details-content { content-visibility: visible; block-size: auto; opacity: 1; }
  .scroll { overflow: visible; max-height: none; border: 0; } thead th { position: static; } th, td { min-width: 0; padding: 0.1rem 0.35rem; } table { font-size: 7.5pt; }
  figure, .card, .bars li, tr { break-inside: avoid; } h2, h3, figcaption, caption { break-after: avoid; }
  .panels { grid-template-columns: 1fr 1fr; } .named figure { break-inside: auto; }
}`

/** The style of a page that shows one of so many resources at a time. */
export function pageStyle(resources: number): string {
  const hidden = Array.from(
    { length: resources },
    (_, index) => `body:has(#pick-${index}:checked) .of:not(.of-${index})`,
  )
  const picked = hidden.length === 0 ? '' : `\n@media screen { ${hidden.join(', ')} { display: none; } }`
  return [COLOURS, PRINT_COLOURS, TEXT, CARDS, PICKER, FIGURES, MARKS, TABLES, NARROW, picked, PRINT].join('')
}
