#include <string>

#include "report/sections.hpp"

namespace palermo::report::detail {
namespace {

constexpr std::string_view kStyle = R"css(
:root{--ink:#1b1b19;--soft:#5d5b55;--line:#cfcac0;--hair:#e6e2d9;--paper:#fff;--tint:#f6f4ef;
--yes:#0a5f4a;--no:#8c2a1c;--open:#7a5600;--link:#1d4468}
*{box-sizing:border-box}
html{background:#ece9e2;color:var(--ink);-webkit-text-size-adjust:100%}
body{max-width:60rem;margin:2.5rem auto;padding:3.5rem 4rem 4rem;background:var(--paper);
box-shadow:0 1px 2px rgba(0,0,0,.12),0 8px 40px rgba(0,0,0,.07);
font:16px/1.5 Charter,"Bitstream Charter","Source Serif 4","Libertinus Serif",Georgia,"Liberation Serif","DejaVu Serif",serif;
font-variant-numeric:oldstyle-nums}
h1,h2,h3,p,ul,ol,dl,table,figure,blockquote,pre{margin:0 0 1rem}
h1{font-size:2.35rem;line-height:1.12;font-weight:600;letter-spacing:-.012em;margin:.1rem 0 .6rem}
h2{font-size:1.42rem;line-height:1.25;font-weight:600;margin:3.2rem 0 .9rem;padding-top:.75rem;border-top:2px solid var(--ink)}
h3{font-size:1.04rem;line-height:1.35;font-weight:600;margin:1.7rem 0 .45rem}
a{color:var(--link);text-decoration:underline;text-decoration-color:rgba(29,68,104,.35);text-underline-offset:.14em}
a:hover{text-decoration-color:currentColor}
th a,h3 a.back{color:inherit;text-decoration-color:var(--line)}
.kind{font-size:.95rem;color:var(--soft);margin-bottom:.2rem}
.lead{font-size:1.12rem;line-height:1.45;color:var(--soft);max-width:44rem;margin-bottom:1.6rem}
.small,.legend{font-size:.84rem;line-height:1.45;color:var(--soft)}
.empty{background:var(--tint);padding:.9rem 1.1rem;color:var(--soft)}
.warn{border-left:3px solid var(--ink);padding:.1rem 0 .1rem 1rem;max-width:46rem}
.nil{color:#a09b90}
.note{display:block;font-size:.82rem;line-height:1.4;color:var(--soft);font-weight:400}
.why{color:var(--open)}
.sealed{font-style:italic}
code,pre{font-family:"DejaVu Sans Mono","Liberation Mono",Menlo,Consolas,monospace;font-size:.8em;font-variant-numeric:lining-nums}
pre{font-size:.76rem;line-height:1.5;background:var(--tint);padding:.9rem 1.1rem;white-space:pre-wrap;overflow-wrap:anywhere}
code.root{font-size:.78rem;word-spacing:.05em}
table{width:100%;border-collapse:collapse;font-size:.89rem;line-height:1.4;font-variant-numeric:lining-nums tabular-nums}
th,td{text-align:left;vertical-align:top;padding:.42rem .7rem .42rem 0;border-bottom:1px solid var(--hair);font-weight:400}
th:last-child,td:last-child{padding-right:0}
thead th{font-size:.8rem;line-height:1.25;color:var(--soft);border-bottom:1px solid var(--ink);vertical-align:bottom}
.n{text-align:right;padding-right:1rem;white-space:nowrap}
thead .n{white-space:normal}
td ul{margin:0;padding-left:1.05rem}
.con a{color:var(--no);text-decoration-color:rgba(140,42,28,.4);font-weight:600}
.art{color:var(--soft);font-size:.84em;font-weight:400}
.op{font-size:.8rem;color:var(--soft);font-style:italic}
.op::before{content:"· "}
.o{white-space:nowrap;font-weight:600}
.o svg{margin-right:.42em;vertical-align:-1px;overflow:visible}
.o .s{fill:none;stroke:currentColor;stroke-width:1.5}
.o .f{fill:currentColor;stroke:none}
.yes{color:var(--yes)}.no{color:var(--no)}.open{color:var(--open)}.none{color:var(--soft)}
table.brief{max-width:46rem;margin-bottom:1.6rem;font-size:1rem}
table.brief caption{text-align:left;font-weight:600;padding-bottom:.35rem;border-bottom:1px solid var(--ink)}
table.brief th{width:56%}
.facts{display:grid;grid-template-columns:1fr 1fr;gap:0 2.2rem;margin:1.8rem 0 1.2rem;border-top:1px solid var(--ink)}
.facts>div{display:flex;gap:1rem;padding:.42rem 0;border-bottom:1px solid var(--hair);font-size:.89rem;line-height:1.42}
.facts>div:nth-last-child(-n+2){grid-column:1/-1}
.facts dt{flex:0 0 8.2rem;color:var(--soft)}
.facts dd{margin:0;min-width:0;overflow-wrap:anywhere;font-variant-numeric:lining-nums}
table.matrix th[scope=row]{width:40%}
table.matrix td:nth-child(2){width:8.6rem}
table.matrix td.miss{width:22%;font-size:.83rem;line-height:1.38;color:var(--soft)}
table.matrix td.miss a{color:inherit}
table.matrix .more{white-space:nowrap}
tr.top>th,tr.top>td{border-top:1px solid var(--ink);background:var(--tint)}
tr.top>th{font-weight:600;padding-left:.5rem}
tr.d1>th{padding-left:1.5rem}tr.d2>th{padding-left:2.7rem}tr.d3>th{padding-left:3.9rem}tr.d4>th{padding-left:5.1rem}
tr:target>*,article:target>h3,p:target{background:#fdf3cf}
.notices{font-size:.89rem;color:var(--soft);padding-left:1.2rem}
.interval{font-size:1.9rem;font-weight:600;margin-right:.5rem;font-variant-numeric:lining-nums}
section>p:has(+table){break-after:avoid}
table.people td:first-child{width:42%}
tr.out td{color:var(--soft)}
tr.lens th{font-weight:600;padding-top:1rem;border-bottom-color:var(--line)}
table.gates th[scope=row]{width:27%;font-weight:600}
table.gates td:nth-child(2){width:8.6rem}
td.date{white-space:nowrap;width:7rem}
article.element{margin:0 0 .4rem;padding:.3rem 0 .5rem;border-top:1px solid var(--line)}
article.element.top{border-top:1px solid var(--ink);margin-top:1.6rem}
article.element h3{margin:.4rem 0 .35rem}
article.element.top h3{font-size:1.16rem}
blockquote{margin:.2rem 0 .7rem;padding:0 0 0 1rem;border-left:2px solid var(--line);font-style:italic;font-size:.92rem;line-height:1.42;color:#3b3a36;max-width:48rem}
.label{font-weight:600;font-size:.86rem;margin:.55rem 0 .1rem}
.label a,.label .why,.label .nil,.label .parts{font-weight:400}
.rests,.decided{font-size:.86rem;margin:.1rem 0 .5rem}
tr.again th,tr.again .o{font-weight:400}tr.again>*{padding-top:.25rem;padding-bottom:.25rem}
table.ev{font-size:.86rem;margin-bottom:.4rem}
table.ev td{padding-top:.24rem;padding-bottom:.24rem}
table.ev .sid{width:4.6rem}
table.contrary{border-left:3px solid var(--no)}
table.contrary td:first-child{padding-left:.7rem}
.sid{white-space:nowrap}
article ul{font-size:.86rem;margin:0 0 .5rem;padding-left:1.1rem}
ul.rules{color:var(--soft)}
table.register td:nth-child(2){width:46%}
table.register code{white-space:nowrap}
figure{margin:0 0 .5rem}
svg.net,svg.time{display:block;width:100%;height:auto;font-family:inherit;font-variant-numeric:lining-nums}
svg.net{border:1px solid var(--hair);background:#fdfcfa}
.ties path{fill:none;stroke:#b9b3a6;stroke-linecap:round}
.ties .strong{stroke:#77715f}
svg .suspect{fill:#1d4468;stroke:#fff;stroke-width:1}
svg .protected{fill:#fff;stroke:#7a5600;stroke-width:1.6}
svg .service{fill:#b7c4cc;stroke:#44555f;stroke-width:1}
svg .other{fill:#a9a498;stroke:#fff;stroke-width:.8}
svg.net text{font-size:12px;fill:var(--ink);stroke:#fdfcfa;stroke-width:3.2px;paint-order:stroke;stroke-linejoin:round}
svg.net text.suspect{font-weight:600;fill:#163450}
svg.net text.protected{font-style:italic;fill:#5e4300}
svg.net text.other,svg.net text.service{fill:#55524a}
svg.time text{font-size:12px;fill:var(--ink)}
svg.time .row{text-anchor:end}
svg.time .sub{text-anchor:end;font-size:10.5px;fill:var(--soft)}
svg.time .month{font-size:11px;fill:var(--soft)}
.grid{stroke:var(--hair);stroke-width:1}
.axis{stroke:var(--line);stroke-width:1}
.bars{fill:#7d97ab}
.tick{stroke:#1d4468;stroke-width:1.6}
.act{fill:#8c2a1c;stroke:#8c2a1c;stroke-width:1}
.act.open{fill:#fff}
.granted{fill:#e9f0ec;stroke:#0a5f4a;stroke-width:1.1}
.product{fill:#0a5f4a}
.held{fill:url(#hatch);stroke:#8c2a1c;stroke-width:1}
.hatchline{stroke:#8c2a1c;stroke-width:1.1}
svg.time .heldtext,.x{fill:#8c2a1c;color:#8c2a1c;font-size:11px;font-weight:600}
.legend svg{vertical-align:-2px}
@media screen and (max-width:760px){body{margin:0;padding:1.6rem 1.1rem;box-shadow:none}.facts{display:block}
h1{font-size:1.8rem}section{overflow-x:auto}}
@media print{
html{background:#fff;font-size:12.6px}
body{max-width:none;margin:0;padding:0;box-shadow:none;font-size:9.6pt;line-height:1.42}
h1{font-size:23pt}h2{font-size:14pt;margin-top:18pt;break-after:avoid}h3{font-size:10.4pt;break-after:avoid}
.lead{font-size:11pt}table{font-size:8.5pt}.note,.small,.legend{font-size:7.9pt}table.brief{font-size:9.6pt}
.facts>div{font-size:8.5pt}.facts dt{flex-basis:7.2rem}pre{font-size:7.4pt}code.root{font-size:7.6pt}
table.matrix td.miss,table.ev{font-size:8.1pt}table.matrix th,table.matrix td{padding-top:.24rem;padding-bottom:.24rem}
table.matrix .note{font-size:7.4pt}.art{font-size:.8em}thead th{font-size:7.7pt}
a{color:inherit;text-decoration:none}
.con a{color:var(--no)}
thead{display:table-header-group}
tr,figure,blockquote,.warn,pre,li{break-inside:avoid}
tr.lens{break-after:avoid}
.label{break-after:avoid}
#network,#verification,#by-element{break-before:page}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
)css";

}  // namespace

std::string style_sheet(std::string_view running_title, std::string_view running_foot) {
  const std::string font =
      "font:8pt Charter,\"Bitstream Charter\",Georgia,\"Liberation Serif\",\"DejaVu "
      "Serif\",serif;color:#5d5b55";
  std::string out{kStyle};
  out += "@page{size:A4;margin:19mm 16mm 18mm;@top-left{content:\"" + css_string(running_title) +
         "\";" + font + "}@bottom-left{content:\"" + css_string(running_foot) + "\";" + font +
         "}@bottom-right{content:counter(page) \" of \" counter(pages);" + font +
         "}}\n@page:first{@top-left{content:none}}\n";
  return out;
}

}  // namespace palermo::report::detail
