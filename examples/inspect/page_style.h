/* The style sheet of the page. */
#ifndef INSPECT_PAGE_STYLE_H
#define INSPECT_PAGE_STYLE_H

static const char page_style[] =
    ":root{color-scheme:light dark;--bg:#f5f6f8;--card:#fff;--ink:#1b1f24;--dim:#5c6670;--line:#d5dae0;--bad:#b3261e;"
    "--bad-bg:#fdecea;--good:#19692c;--good-bg:#e7f5ea;--warn:#7a5300;--warn-bg:#fff4d6;--curve:#1f5fbf}\n"
    "@media(prefers-color-scheme:dark){:root{--bg:#14171b;--card:#1d2126;--ink:#e6e9ec;--dim:#9aa5b1;--line:#363d45;"
    "--bad:#ff8a80;--bad-bg:#3a1d1b;--good:#7fd694;--good-bg:#17301e;--warn:#f2c660;--warn-bg:#352a10;--curve:#7fb0ff}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;max-width:76rem;padding:1.2rem;background:var(--bg);color:var(--ink);"
    "font:16px/1.45 system-ui,'DejaVu Sans',sans-serif;overflow-wrap:anywhere}\n"
    "h1{font-size:1.15rem;margin:0}h2{font-size:1.25rem;margin:2rem 0 .6rem}h3{font-size:1rem;margin:1.4rem 0 .4rem}\n"
    "p{margin:.3rem 0}.dim{color:var(--dim)}code,.code{font-family:ui-monospace,'DejaVu Sans Mono',monospace}\n"
    "section{margin-bottom:2.5rem}\n"
    ".verdict{border-left:.5rem solid var(--good);background:var(--good-bg);padding:.8rem 1rem;margin:1rem 0;"
    "border-radius:.3rem}.verdict p.code,.verdict p.big{font-size:1.35rem;font-weight:700;color:var(--good)}\n"
    ".verdict.bad{border-color:var(--bad);background:var(--bad-bg)}.verdict.bad p.code,.verdict.bad p.big{color:var(--bad)}\n"
    ".verdict.unsure{border-color:var(--warn);background:var(--warn-bg)}.verdict.unsure p.big{color:var(--warn)}\n"
    ".note{border-left:.3rem solid var(--warn);background:var(--warn-bg);padding:.5rem .8rem;margin:.6rem 0}\n"
    ".do{font-weight:600}\n"
    ".plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,30rem),1fr));gap:.8rem}\n"
    "figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:.4rem;padding:.6rem}\n"
    "figcaption span{color:var(--dim);font-size:.9rem;margin-left:.4rem}svg{display:block;width:100%;height:auto}\n"
    "svg text{font:12px system-ui,'DejaVu Sans',sans-serif;fill:var(--dim)}svg text.limit{fill:var(--bad);font-weight:600}\n"
    ".grid{stroke:var(--line);stroke-width:1}.limit{stroke:var(--bad);stroke-width:1.5;stroke-dasharray:6 4}"
    "text.limit{stroke:none}.mark{stroke:var(--bad);stroke-width:1}\n"
    ".curve{fill:none;stroke:var(--curve);stroke-width:1.8}.band{fill:var(--curve);opacity:.2}"
    ".stem{stroke:var(--curve);stroke-width:1.4}.dot{fill:var(--curve)}\n"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;background:var(--card);font-size:.9rem;width:100%;overflow-wrap:normal}\n"
    "th,td{border:1px solid var(--line);padding:.3rem .5rem;text-align:left;vertical-align:top}th{color:var(--dim)}\n"
    "th,td.n,td.code{white-space:nowrap}td.n{text-align:right;font-variant-numeric:tabular-nums}tr.bad td:last-child{color:var(--bad);font-weight:600}\n"
    "a{color:var(--curve)}footer{border-top:1px solid var(--line);padding-top:.6rem}\n"
    "@media print{:root{color-scheme:light;--bg:#fff;--card:#fff;--ink:#000;--dim:#333;--line:#999;--bad:#a00;"
    "--bad-bg:#fff;--good:#050;--good-bg:#fff;--warn:#530;--warn-bg:#fff;--curve:#036}body{max-width:none;padding:0;"
    "font-size:10pt}.plots{grid-template-columns:1fr 1fr}figure,tr,.verdict{break-inside:avoid}h2,h3{break-after:avoid}"
    ".scroll{overflow:visible}table{font-size:7.5pt}th,td{padding:.15rem .25rem}section.subject{break-before:page}section.subject:first-of-type{break-before:auto}}\n";

#endif
