export const style = `
.top{padding-top:1.5rem}
.top .bar{display:flex;justify-content:space-between;align-items:center;margin-bottom:clamp(1.5rem,4vw,3rem);min-height:2rem}
.top .eyebrow{margin-bottom:.6rem}
.decision{margin:1rem 0 0;display:flex;flex-wrap:wrap;align-items:center;gap:.5rem .8rem}
.notice{background:var(--warn-bg);border-radius:6px;padding:.7rem 1rem;margin:1.25rem 0 0}
main{padding-top:2.5rem!important}
section{margin-bottom:3rem}
section>h2{margin-bottom:1.1rem}
figure{margin:0 0 2rem}
figcaption{margin-bottom:.3rem}
.chart{width:100%;height:auto;overflow:visible}
.chart .grid{stroke:var(--line);fill:none}
.tick{fill:var(--soft);font-size:9.5px;font-family:system-ui,sans-serif}
.line{fill:none;stroke:var(--gold);stroke-width:1.2;stroke-linejoin:round}
.below{fill:var(--gold);opacity:.1}
circle.accepted{fill:var(--gold)}circle.refused{fill:var(--fail-fill)}
.lines,.builds,.changes{list-style:none;margin:0;padding:0}
.line-entry{display:grid;grid-template-columns:minmax(0,1fr) 15rem 7.5rem;gap:.5rem 2rem;align-items:center;padding:1.25rem 0;border-top:1px solid var(--line)}
.lines>li:last-child,.builds>li:last-child{border-bottom:1px solid var(--line)}
.line-entry h2{font-size:1.3rem}
.line-entry h2 a{text-decoration:none}
.line-entry h2 a:hover{text-decoration:underline}
.line-entry p{margin:.3rem 0 0}
.meta{display:flex;flex-wrap:wrap;gap:.2rem .6rem;align-items:center}
.spark{width:100%;height:2.75rem}
.rate-now{text-align:right;font:500 1.5rem/1.2 "Iowan Old Style","Palatino Linotype",Palatino,"URW Palladio L",Charter,Georgia,serif;font-variant-numeric:lining-nums tabular-nums}
.rate-now span{display:block;font:400 .85rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif}
.builds>li{display:grid;grid-template-columns:13.5rem minmax(0,1fr);gap:.2rem 1.5rem;padding:.9rem 0;border-top:1px solid var(--line);content-visibility:auto;contain-intrinsic-size:auto 6rem}
.builds p{margin:0 0 .15rem}
.builds .when{font-size:.9rem;display:flex;flex-wrap:wrap;align-content:flex-start;gap:.3rem .6rem}
.changes{font-size:.9rem;margin:.15rem 0}
.changes b{font-weight:600}
@media (max-width:46rem){
.wide{padding-left:1.1rem;padding-right:1.1rem}
.line-entry{grid-template-columns:minmax(0,1fr) auto}
.line-entry>div:first-child{grid-column:1/-1}
.builds>li{grid-template-columns:minmax(0,1fr)}
.tick{font-size:17px}
}
@media print{.builds>li,figure,.line-entry{break-inside:avoid}.builds>li{content-visibility:visible}}
`;
