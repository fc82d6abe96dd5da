/** The style of the page: light and dark, wide and narrow, on a screen and on paper. It loads nothing. */

/** On paper too, where a browser keeps the scheme of the screen. */
const LIGHT = `
    --c0: #7d8590; --c1: #005a8e; --c2: #b87d00; --c3: #008a64; --c4: #c25c95; --c5: #2f8fc9; --c6: #c85200; --c7: #8f8000;
    --ok: #005a8e; --bad: #c85200; --warn: #b87d00;
`;

/** The hues of Okabe and Ito (2008), as light or dark as a contrast of 3:1 to the box needs. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --box: #f6f7f9; --line: #d5d9e0; --ink: #1b1f24; --soft: #57606a;
  ${LIGHT.trim()}
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --box: #1d2127; --line: #3a414b; --ink: #e8eaed; --soft: #a8b0ba;
    --c0: #7d8590; --c1: #3d9bd9; --c2: #e69f00; --c3: #1fbf92; --c4: #d893bb; --c5: #8fd0f5; --c6: #f07d33; --c7: #f0e442;
    --ok: #3d9bd9; --bad: #f07d33; --warn: #e69f00;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 1520px; padding: 16px; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: anywhere;
}
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 4px; }
h2 { font-size: 1.15rem; line-height: 1.3; margin: 0 0 8px; }
h3 { font-size: 1rem; margin: 16px 0 8px; }
p { margin: 0 0 8px; }
.soft, caption, dt { color: var(--soft); }
section, figure { margin: 0; padding: 16px; background: var(--box); border: 1px solid var(--line); border-radius: 8px; min-width: 0; }
main, .pair { display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); }
main { margin-top: 16px; }
dl { display: grid; gap: 8px; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); margin: 0; }
dl div { padding: 10px 12px; background: var(--box); border: 1px solid var(--line); border-radius: 8px; }
dt { font-size: .85rem; }
dd { margin: 0; font-size: 1.3rem; font-weight: 600; line-height: 1.3; }
dd small { display: block; color: var(--soft); font-size: .8rem; font-weight: 400; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { white-space: pre; }
.wide { display: none; }
ul.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; list-style: none; margin: 0 0 8px; padding: 0; font-size: .85rem; }
ul.legend li { display: flex; align-items: center; gap: 6px; max-width: 100%; }
ul.legend bdi { max-width: 26ch; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
ul.legend svg { flex: none; width: 12px; height: 12px; }
.scroll { overflow-x: auto; }
.scroll:focus-visible, summary:focus-visible { outline: 2px solid var(--ok); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; }
caption { text-align: left; padding-bottom: 4px; }
th, td { padding: 4px 10px; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); overflow-wrap: normal; white-space: nowrap; }
thead th { border-bottom: 2px solid var(--line); }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.name { min-width: 14ch; max-width: 44ch; overflow-wrap: anywhere; white-space: normal; }
tbody th { font-weight: 400; }
td.id, span.id { font-family: ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace; font-size: .8rem; }
ul.errors { list-style: none; margin: 0; padding: 0; font-size: .875rem; }
ul.errors li { padding: 8px 0 8px 12px; margin-bottom: 8px; border-left: 3px solid var(--bad); }
ul.errors p { margin: 0; }
.error { max-width: 110ch; white-space: pre-wrap; }
summary { cursor: pointer; color: var(--soft); font-size: .875rem; }
footer { margin-top: 16px; color: var(--soft); font-size: .85rem; }
@media (min-width: 600px) {
  .wide { display: block; }
  .narrow { display: none; }
  body { padding: 24px; }
}
@media (min-width: 1100px) { .pair { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
@media print {
  :root {
    color-scheme: light; --page: #ffffff; --box: #ffffff; --line: #b5bac2; --ink: #000000; --soft: #444444;
    ${LIGHT.trim()}
  }
  body { max-width: none; padding: 0; font-size: 10pt; }
  .scroll { overflow: visible; }
  th, td { white-space: normal; padding: 2px 4px; }
  figure, tr, li, dl div { break-inside: avoid; }
  * { print-color-adjust: exact; }
}
`;
