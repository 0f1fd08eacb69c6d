const standings = ['failed', 'passed', 'ignored', 'uncounted'];
const severities = ['high', 'medium', 'low'];

/** The filters work by the radio button that is checked, without a script. */
const filtering = [
  ...standings.map((name) => `body:has(#standing-${name}:checked) .r:not(.${name})`),
  ...severities.map((name) => `body:has(#severity-${name}:checked) .r:not(.${name})`),
].join(',');

export const style = `
.top{padding-top:clamp(2rem,6vw,4.5rem)}
.top .eyebrow{margin-bottom:.6rem}
.decision{margin:1rem 0 0;font-size:1.05rem;display:flex;flex-wrap:wrap;align-items:center;gap:.5rem .9rem}
.mark{font-size:.95rem;letter-spacing:.09em;text-transform:uppercase;font-weight:650;padding:.28rem .85rem;border:1.5px solid currentColor;border-radius:4px}
.mark.pass{background:var(--pass-bg)}.mark.fail{background:var(--fail-bg)}.mark.warn{background:var(--warn-bg)}
.decision .name{color:var(--ink)}
.notice{background:var(--warn-bg);border-radius:6px;padding:.7rem 1rem;margin:1.25rem 0 0}
.notice p{margin:0}.notice ul{margin-bottom:0}
.reasons{margin-top:1.75rem;border-left:3px solid var(--fail);padding:.1rem 0 .1rem 1.25rem}
.reasons .why{font-size:1.15rem;margin-bottom:.35rem}
.reasons ul{margin:0}
.figures{display:grid;grid-template-columns:1.7fr repeat(4,1fr);margin:2.25rem 0 2.5rem;border-top:1px solid var(--line);border-bottom:1px solid var(--line)}
.figures>div{padding:1.1rem 1rem 1rem;border-left:1px solid var(--line)}
.figures>div:first-child{border-left:0;padding-left:0}
.figures dt{font-size:.85rem;color:var(--soft)}
.figures dd{font:500 2rem/1.25 "Iowan Old Style","Palatino Linotype",Palatino,"URW Palladio L",Charter,Georgia,serif;font-variant-numeric:lining-nums tabular-nums}
.figures .big dd{font-size:2.9rem;line-height:1.05}
.was{display:block;font:400 .85rem/1.4 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;color:var(--soft);margin-top:.2rem}
nav{position:sticky;top:0;z-index:5;background:var(--paper);border-bottom:1px solid var(--line)}
nav .wide{display:flex;align-items:center;gap:1rem}
nav ul{display:flex;flex-wrap:wrap;gap:0 1.3rem;list-style:none;margin:0;padding:.65rem 0;flex:1;font-size:.92rem}
nav a{text-decoration:none;padding:.15rem 0;white-space:nowrap}
main{outline:0}
section{padding-top:3.25rem}
section>h2{margin-bottom:1.1rem}
section>h3{margin:1.75rem 0 .5rem}
h4,.r h3{font:600 .85rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;color:var(--soft);margin:1.3rem 0 .35rem}
.cols{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);gap:1.5rem 3.5rem;align-items:start;margin-bottom:1.1rem}
td.bar,th.bar{width:32%;padding-right:0}
.steps td.bar,.steps th.bar{width:24%}
.plain small{color:var(--soft)}
.rate{width:100%;height:.5rem;border-radius:2px;overflow:hidden}
tbody tr:last-child>*{border-bottom:0}
tr.sum>*{color:var(--ink);font-weight:600}
.words>div,.facts>div{display:flex;justify-content:space-between;gap:1rem;padding:.42rem 0;border-bottom:1px solid var(--line)}
.words>div:last-child{border-bottom:0}
.words dt{color:var(--soft)}
.chip.sev{color:var(--soft)}
.chip.high{color:var(--fail);border-color:currentColor}
.chip.medium{color:var(--warn);border-color:currentColor}
.cis,.id{color:var(--soft);font-size:.85rem}
.meta{display:flex;flex-wrap:wrap;gap:.35rem .6rem;align-items:center;margin:.35rem 0 0}
summary{cursor:pointer}
summary h3{display:inline}
.rule{border-top:1px solid var(--line)}
.rule:last-of-type{border-bottom:1px solid var(--line)}
.rule>summary{list-style:none;padding:1rem 2rem 1rem 0;position:relative}
.rule>summary::-webkit-details-marker,.r>summary::-webkit-details-marker{display:none}
.rule>summary::after{content:"+";position:absolute;right:.2rem;top:.85rem;font-size:1.3rem;line-height:1.4;color:var(--gold)}
.rule[open]>summary::after{content:"–"}
.rule>.body{padding:0 0 1.75rem;max-width:50rem}
.rule>.body>h4:first-child{margin-top:.2rem}
.finding{border-left:2px solid var(--line);padding-left:1rem;margin:.5rem 0 1rem}
.finding .test{margin-bottom:.3rem;font-weight:500}
.finding dl{display:grid;grid-template-columns:6rem minmax(0,1fr);gap:.25rem 1rem;font-size:.92rem}
.finding dt{color:var(--soft)}
.finding dd>span,.items span{margin-right:.6rem}
.finding i{font-style:normal;color:var(--soft)}
.items{list-style:none;margin:0;padding:0}
.refs{font-size:.84rem;color:var(--soft);margin:1.2rem 0 0;line-height:1.7}
.refs b{font-weight:600;color:var(--ink);margin-left:.8rem}.refs b:first-child{margin-left:0}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(26rem,100%),1fr));gap:1rem;margin:1.25rem 0}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:1.1rem 1.25rem}
.card p{margin:.6rem 0 0}
.card .meta{margin-top:.4rem}
.card.bad{border-color:var(--fail);margin:1rem 0}
.plain{list-style:none;padding:0}
.plain small{display:block;font-size:.85rem;margin-top:.1rem}
.plain li{padding:.5rem 0;border-bottom:1px solid var(--line)}
#changes h3{margin:1.5rem 0 .25rem}
#changes summary h3{display:inline-block}
.packages{columns:20rem;font-size:.9rem;list-style:none;padding:0}
.time{height:.8rem;margin:.5rem 0 .6rem}
.t0,.t1,.t2,.t3,.t4{fill:var(--gold)}.t1{opacity:.7}.t2{opacity:.48}.t3{opacity:.3}.t4{opacity:.17}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.5rem;padding:0;font-size:.92rem}
.legend svg{display:inline-block;width:.65rem;height:.65rem;margin-right:.45rem;border-radius:2px}
.steps code{background:none;padding:0}
.steps small{display:block;font-size:.84rem;color:var(--soft)}
.more{margin:1.1rem 0}
.more>summary{color:var(--soft)}
.filters{margin-bottom:1rem;border:0}
.filters .field{margin:0 0 .9rem}
.filters label[for]{display:block;font-size:.85rem;color:var(--soft);margin-bottom:.25rem}
input[type=search]{width:100%;font:inherit;color:inherit;background:var(--card);border:1px solid var(--soft);border-radius:6px;padding:.55rem .8rem}
fieldset{border:0;padding:0;margin:0 1.5rem .6rem 0;display:inline-flex;flex-wrap:wrap;gap:.35rem}
fieldset label{cursor:pointer;position:relative}
fieldset input{position:absolute;opacity:0;inset:0}
fieldset span{display:block;font-size:.9rem;padding:.22rem .8rem;border:1px solid var(--line);border-radius:99px}
fieldset input:checked+span{background:var(--ink);color:var(--paper);border-color:var(--ink)}
fieldset input:focus-visible+span{outline:2px solid var(--gold);outline-offset:2px}
#shown{margin:.3rem 0 0;min-height:1.5em}
.r{border-top:1px solid var(--line)}
.r>a,.r>summary{display:flex;align-items:baseline;gap:.6rem;padding:.5rem .2rem;text-decoration:none}
.r>a:hover,.r>summary:hover{background:var(--faint)}
.r>*>i{flex:0 0 5.2rem;white-space:nowrap;font-style:normal;color:var(--soft);font-size:.85rem}
.r>*>b{flex:1;min-width:0;font-weight:400}
.r>div{padding:.2rem .2rem 1.5rem 6rem;max-width:54rem;font-size:.95rem}
.r .meta{margin:0 0 .9rem;font-size:.85rem;color:var(--soft)}
${filtering}{display:none}
.facts>div{justify-content:flex-start}
.facts dt{flex:0 0 12rem;color:var(--soft)}
.facts dd{min-width:0}
@media (max-width:46rem){
.wide{padding-left:1.1rem;padding-right:1.1rem}
.figures{grid-template-columns:1fr 1fr}
.figures .big{grid-column:1/-1}
.figures>div{border-left:0;padding:.9rem 0 .8rem}
.figures>div:nth-child(n+2){border-top:1px solid var(--line)}
.figures>div:nth-child(odd){padding-left:1rem;border-left:1px solid var(--line)}
.figures>div.big{padding-left:0;border-left:0}
nav ul{flex-wrap:nowrap;overflow-x:auto;gap:0 1.1rem;scrollbar-width:none}
.cols{grid-template-columns:minmax(0,1fr)}
.r>div{padding-left:.2rem}
.r>a,.r>summary{flex-wrap:wrap;gap:.1rem .6rem}
.r>*>i{flex-basis:100%}
.facts>div{flex-direction:column;gap:0}
.facts dt{flex:none}
.finding dl{grid-template-columns:minmax(0,1fr)}.finding dd{margin-bottom:.35rem}
th,td{padding-right:.6rem}
td.bar,th.bar{width:22%}
}
@media print{
.figures{break-inside:avoid;margin:1.2rem 0}
.figures dd{font-size:1.5rem}.figures .big dd{font-size:2.1rem}
section{padding-top:1.6rem}
.rule>summary::after{display:none}
.rule::details-content{content-visibility:visible;height:auto}
.card,.finding,.r{break-inside:avoid}
.r{font-size:.9rem}
.r>div{display:none}
.r>a,.r>summary{padding:.2rem 0}
}
`;
