/** What every page looks like: paper and ink, one gold, and a colour for what passed, what failed and what is about to. */

const light = '--paper:#fbfaf7;--card:#fff;--ink:#1e1c18;--soft:#5f5a51;--line:#e5e0d6;--faint:#f3f0e9;--gold:#76590f;--pass:#1b683d;--fail:#a5261c;--warn:#855000;--pass-bg:#e8f2eb;--fail-bg:#fbebe8;--warn-bg:#faf0dc;--pass-fill:#3f9465;--fail-fill:#c8473b;--none-fill:#d8d2c6';
const dark = '--paper:#161513;--card:#1e1c1a;--ink:#ece8e0;--soft:#aaa397;--line:#37332d;--faint:#24211e;--gold:#d8b45c;--pass:#7ccb9b;--fail:#f39287;--warn:#e3b163;--pass-bg:#1b2c22;--fail-bg:#351f1c;--warn-bg:#322714;--pass-fill:#4fa678;--fail-fill:#d9645a;--none-fill:#4a453d';

export const baseStyle = `
:root{color-scheme:light;${light}}
@media screen and (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;${dark}}}
@media screen{:root[data-theme=dark]{color-scheme:dark;${dark}}}
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-padding-top:4.5rem}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
body{margin:0;background:var(--paper);color:var(--ink);font:400 1rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.wide{max-width:62rem;margin:0 auto;padding:0 1.5rem}
h1,h2,h3{font-family:"Iowan Old Style","Palatino Linotype",Palatino,"URW Palladio L",Charter,Georgia,serif;font-weight:500;line-height:1.2;text-wrap:balance;margin:0}
h1{font-size:clamp(2rem,1.4rem + 2.6vw,3.1rem);letter-spacing:-.015em}
h2{font-size:1.65rem;letter-spacing:-.01em}
h3{font-size:1.1rem}
p{margin:0 0 .75rem}
a{color:inherit;text-decoration-color:var(--gold);text-decoration-thickness:1px;text-underline-offset:.2em}
a:hover{color:var(--gold)}
:focus-visible{outline:2px solid var(--gold);outline-offset:2px;border-radius:2px}
code,pre,.mono{font-family:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,"Liberation Mono",monospace;font-size:.86em}
code{background:var(--faint);border-radius:3px;padding:.05em .3em}
pre{margin:.4rem 0 .9rem;padding:.8rem 1rem;background:var(--faint);border-radius:6px;white-space:pre-wrap;line-height:1.5}
pre code{background:none;padding:0}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:baseline;padding:.5rem .9rem .5rem 0;border-bottom:1px solid var(--line)}
th{overflow-wrap:normal;font-weight:500;color:var(--soft);font-size:.85rem}
td.n,th.n{text-align:right;white-space:nowrap}
dl{margin:0}dd{margin:0}
ul{padding-left:1.2rem;margin:.3rem 0 .75rem}
svg{display:block}
.soft{color:var(--soft)}
.small{font-size:.875rem}
.pass{color:var(--pass)}.fail{color:var(--fail)}.warn{color:var(--warn)}
.eyebrow{font-size:.78rem;letter-spacing:.12em;text-transform:uppercase;color:var(--gold);font-weight:600}
.chip{display:inline-block;font-size:.78rem;line-height:1.3;padding:.15rem .5rem;border-radius:3px;border:1px solid var(--line);white-space:nowrap}
.chip.pass{background:var(--pass-bg);border-color:transparent}.chip.fail{background:var(--fail-bg);border-color:transparent}.chip.warn{background:var(--warn-bg);border-color:transparent}
.theme{font:inherit;font-size:.875rem;color:var(--soft);background:none;border:1px solid var(--line);border-radius:99px;padding:.2rem .8rem;cursor:pointer}
.theme:hover{color:var(--ink);border-color:var(--soft)}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem;z-index:9}
.f-pass{fill:var(--pass-fill)}.f-fail{fill:var(--fail-fill)}.f-none{fill:var(--none-fill)}.f-gold{fill:var(--gold)}
footer{margin:5rem 0 3rem;color:var(--soft);font-size:.875rem}
footer p::before{content:"";display:block;border-top:1px solid var(--line);margin-bottom:1.25rem}
@media print{
@page{margin:16mm 14mm}
html{font-size:10pt}
body{background:none}
.wide{max-width:none;padding:0}
.theme,.skip,.screen{display:none!important}
a{text-decoration:none}
pre,.chip{border:1px solid var(--line)}
h2,h3{break-after:avoid}
tr{break-inside:avoid}
}
`;
