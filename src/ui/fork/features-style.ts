/** How the page of upstream's work looks, on top of what all reports share. */
import { pageStyle } from '../report/page-style.ts'

const ENTRIES = `
.count { color: var(--soft); font-weight: 400; font-size: 1rem; }
.entry { display: grid; grid-template-columns: minmax(0, 1fr) 13rem; gap: 0.25rem 1.5rem; background: var(--card); border: 1px solid var(--rule); border-radius: 0.5rem; padding: 0.875rem 1rem; margin: 0 0 0.75rem; }
.entry h3 { margin: 0; } .entry p { margin: 0.35rem 0; max-width: 52rem; }
.origin, .why { color: var(--soft); font-size: 0.875rem; }
.entry .numbers { margin: 0.1rem 0; }
.caveat { border-left: 3px solid var(--band); padding-left: 0.75rem; } .relevant { border-left: 3px solid var(--use); padding-left: 0.75rem; }
.how code { background: var(--faint); border-radius: 3px; padding: 0.05em 0.3em; }
.basis.claimed, .basis.reported { border-bottom: 1px dotted currentColor; }
.decision { margin: 0; border-left: 1px solid var(--rule); padding-left: 1rem; font-size: 0.875rem; }
.decision dt { color: var(--soft); font-size: 0.8125rem; } .decision dd { margin: 0 0 0.5rem; overflow-wrap: anywhere; }
.decision .answer { font-weight: 600; font-size: 1rem; }
.decision.adopt .answer { color: var(--proven); } .decision.no .answer { color: var(--open); } .decision.later .answer { color: var(--band); } .decision.none .answer { color: var(--soft); font-weight: 400; }
.verdict-line { font-weight: 600; color: var(--ink); } .verdict-line.unproven { color: var(--open); } .verdict-line.proven { color: var(--proven); }
section ul, footer ul { padding-left: 1.25rem; } section li { margin: 0.2rem 0; }
@media screen { body:has(#show-ours:checked) .entry:not(.ours), body:has(#show-open:checked) .entry:not(.open) { display: none; } }
@media (max-width: 44rem) { .entry { grid-template-columns: minmax(0, 1fr); } .decision { border-left: 0; border-top: 1px solid var(--rule); padding: 0.5rem 0 0; display: grid; grid-template-columns: auto 1fr; gap: 0 0.75rem; } .decision dd { margin: 0; } }
@media print { .entry { grid-template-columns: minmax(0, 1fr) 9rem; break-inside: avoid; padding: 0.4rem 0.5rem; } .entry .numbers { display: none; } }`

export function featureStyle(): string {
  return pageStyle(0) + ENTRIES
}
