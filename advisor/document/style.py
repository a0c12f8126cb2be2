"""How the page looks: light and dark by the reader's own setting, narrow screens, and paper."""

STYLE = """
:root { color-scheme: light dark; --page: #fcfcfb; --ink: #1d2126; --soft: #5b6570; --rule: #d8dce0;
  --s0: #1457a8; --s1: #b2480c; --s2: #2f6f3e; --s3: #7a3f97; --s4: #8a6d00; --s5: #00727a; --head: #eef1f4; }
@media (prefers-color-scheme: dark) {
  :root { --page: #14171a; --ink: #e6e8ea; --soft: #a3adb7; --rule: #363d44;
  --s0: #7db4f5; --s1: #f0a070; --s2: #86cf98; --s3: #cf9fe8; --s4: #d8bd55; --s5: #66c7cf;
  --head: #1f252a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 900px; margin: 0 auto; padding: 24px 16px 64px; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 8px; }
h2 { font-size: 1.2rem; margin: 40px 0 8px; padding-bottom: 4px; border-bottom: 1px solid var(--rule); }
p, ul { margin: 8px 0; }
.lead { border-left: 6px solid var(--s0); background: var(--head); padding: 14px 18px; margin: 12px 0 20px; }
.lead strong { display: block; font-size: 1.35rem; line-height: 1.3; }
.lead small { color: var(--soft); font-size: 0.92rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; min-width: 100%; font-size: 0.92rem; margin: 12px 0 20px; }
th, td { text-align: left; vertical-align: top; padding: 5px 14px 5px 0; border-bottom: 1px solid var(--rule);
  overflow-wrap: normal; }
th { color: var(--soft); font-weight: 600; }
figure { margin: 20px 0; }
figcaption { font-weight: 600; margin-bottom: 4px; }
svg { width: 100%; height: auto; font: 12px system-ui, sans-serif; }
svg text { fill: var(--soft); } .end { text-anchor: end; } .mid { text-anchor: middle; }
.grid { stroke: var(--rule); }
.line { fill: none; stroke-width: 2; } .band { fill: var(--s0); opacity: 0.18; }
.s0 { stroke: var(--s0); } .s1 { stroke: var(--s1); } .s2 { stroke: var(--s2); }
.s3 { stroke: var(--s3); } .dot.s0 { fill: var(--s0); } .dot.s1 { fill: var(--s1); }
.dot.s2 { fill: var(--s2); } .dot.s3 { fill: var(--s3); }
.legend { color: var(--soft); font-size: 0.9rem; } .key { margin-right: 16px; }
.key::before { content: ""; display: inline-block; width: 14px; height: 4px; margin-right: 6px;
  vertical-align: middle; background: var(--s0); }
.key.s1::before { background: var(--s1); } .key.s2::before { background: var(--s2); }
.key.s3::before { background: var(--s3); }
.bars { display: grid; grid-template-columns: minmax(90px, max-content) 1fr; gap: 5px 10px;
  font-size: 0.9rem; }
.bars > span { color: var(--soft); text-align: right; }
.bars > div, .keys { display: flex; align-items: center; gap: 8px; }
.bars i { background: var(--s0); height: 16px; flex: none; min-width: 2px; }
.bars b { font-weight: 400; white-space: nowrap; }
.stack { display: flex; height: 24px; background: var(--head); border: 1px solid var(--rule); margin: 6px 0; }
.stack i { height: 100%; border-right: 1px solid var(--page); }
.keys { flex-wrap: wrap; gap: 2px 16px; color: var(--soft); font-size: 0.9rem; }
.keys i { display: inline-block; width: 12px; height: 12px; margin-right: 6px; }
.f0 { background: var(--s0); } .f1 { background: var(--s1); } .f2 { background: var(--s2); }
.f3 { background: var(--s3); } .f4 { background: var(--s4); } .f5 { background: var(--s5); }
.f6 { background: var(--soft); }
@media (max-width: 620px) {
  svg { font-size: 19px; }
  table, tbody, tr, td { display: block; }
  thead { display: none; }
  tr { border-bottom: 1px solid var(--rule); padding: 8px 0; }
  td { border: 0; padding: 1px 0; }
  td:empty { display: none; }
  td:not([data-head]) { font-weight: 600; }
  td[data-head]::before { content: attr(data-head) ": "; color: var(--soft); }
}
@media print { main { max-width: none; } .scroll { overflow: visible; } tr, figure { break-inside: avoid; } }
"""
