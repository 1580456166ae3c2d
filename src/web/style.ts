import { createHash } from 'node:crypto';

/** The pages' only stylesheet: no fonts, no pictures, nothing from elsewhere. */
export const stylesheet = `
:root{--ink:#1d2429;--soft:#515c64;--line:#d3d9dd;--page:#f5f6f4;--card:#fff;--lead:#0b5563;--lead-dark:#073d48;--warn:#8a2b12;--warn-page:#fdf1ec;--good-page:#eaf4f1;color-scheme:light}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:17px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:break-word}
a{color:var(--lead)}
.hidden{position:absolute;width:1px;height:1px;margin:-1px;padding:0;border:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap;min-height:0}
.skip{position:absolute;left:-9999px}
.skip:focus{left:16px;top:16px;background:var(--card);padding:8px 12px;z-index:2}
header,main,footer{max-width:44rem;margin:0 auto;padding:0 20px}
.wide main,.wide header,.wide footer{max-width:76rem}
header{padding-top:28px;color:var(--soft);font-weight:600;letter-spacing:.01em}
footer{padding-top:12px;padding-bottom:48px;color:var(--soft);font-size:.875rem}
footer p{margin:.4em 0}
h1{font-size:1.75rem;line-height:1.25;margin:.5em 0 .6em;letter-spacing:-.01em;text-wrap:balance}
h2{font-size:1.2rem;line-height:1.35;margin:0 0 .6em}
h3{font-size:1rem;margin:0 0 .35em}
p{margin:0 0 1em;max-width:42rem}
ul{margin:0 0 1em;padding-left:1.2em;max-width:42rem}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:24px;margin:0 0 20px}
section>:last-child,form>:last-child,article>:last-child,.notice>:last-child{margin-bottom:0}
article{border-top:1px solid var(--line);padding:20px 0}
article:first-of-type{border-top:0;padding-top:4px}
article:last-child{padding-bottom:0}
.notice{border-radius:10px;padding:14px 18px;margin:0 0 20px;border:1px solid var(--line);background:var(--good-page);border-left:5px solid var(--lead)}
.notice.problem{background:var(--warn-page);border-left-color:var(--warn)}
.soft{color:var(--soft)}
.small{font-size:.9rem}
.error{color:var(--warn);font-weight:600;margin:.25em 0 0;font-size:.9rem}
label,.label{display:block;font-weight:600;font-size:.94rem;margin:0 0 .3em}
label .soft,.label .soft{font-weight:400}
.field{margin:0 0 1.1em;max-width:34rem}
.fields{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:0 20px}
input[type=text],input[type=email],input[type=tel],input[type=date],select,textarea{width:100%;font:inherit;font-size:1rem;color:inherit;background:#fff;border:1px solid #7d8990;border-radius:8px;padding:9px 11px;min-height:44px}
textarea{min-height:6.5em;resize:vertical;line-height:1.45}
textarea.tall{min-height:15em}
textarea[readonly]{background:#fafbfa}
.has-error input,.has-error textarea,.has-error select{border-color:var(--warn);border-width:2px}
:focus-visible{outline:3px solid #d98a00;outline-offset:2px}
.check{display:flex;gap:12px;align-items:flex-start;font-weight:400;font-size:1rem;margin:0 0 .4em;padding:5px 0;max-width:42rem}
.check input{width:22px;height:22px;margin:2px 0 0;flex:none;accent-color:var(--lead)}
fieldset{border:0;margin:0 0 1.2em;padding:0;min-width:0}
legend{font-weight:600;padding:0;margin:0 0 .4em}
.buttons{display:flex;flex-wrap:wrap;gap:12px;align-items:center;margin:0 0 1em}
button,.button{font:inherit;font-weight:600;min-height:46px;padding:9px 20px;border-radius:9px;border:1px solid var(--lead);background:#fff;color:var(--lead);cursor:pointer;text-decoration:none;display:inline-flex;align-items:center;text-align:left}
button.main{background:var(--lead);color:#fff}
button:hover,.button:hover{background:#eef5f5}
button.main:hover{background:var(--lead-dark)}
button.plain{border-color:transparent;text-decoration:underline;text-underline-offset:3px;padding-left:4px;padding-right:4px}
button.warn{border-color:var(--warn);color:var(--warn)}
table{border-collapse:collapse;width:100%;font-size:.95rem;margin:0 0 1em}
th,td{text-align:left;vertical-align:top;padding:10px 12px 10px 0;border-top:1px solid var(--line)}
thead th{border-top:0;color:var(--soft);font-weight:600;font-size:.88rem}
td.number,th.number{text-align:right;padding-right:32px;white-space:nowrap}
td .buttons{margin:8px 0 0}
.scroll{overflow-x:auto}
dl{display:grid;grid-template-columns:minmax(10rem,auto) 1fr;gap:6px 20px;margin:0 0 1.2em}
dt{color:var(--soft)}
dd{margin:0}
details{margin:0 0 1em}
section>details:only-child{margin:-6px 0}
summary{cursor:pointer;font-weight:600;padding:6px 0}
.quote{border-left:3px solid var(--line);padding-left:14px;color:var(--soft);white-space:pre-line}
.bar{position:sticky;bottom:0;background:var(--card);border-top:1px solid var(--line);margin:0 -24px;padding:14px 24px;display:flex;flex-wrap:wrap;gap:14px;align-items:center}
section>.bar:last-child,form>.bar:last-child{margin-bottom:-24px;border-radius:0 0 12px 12px}
.contacts{table-layout:fixed}
.contacts td{padding-right:18px;overflow-wrap:anywhere}
.contacts .who{width:28%}
.contacts .how{width:24%}
.contacts textarea{min-height:5.5em}
.contacts .cell{margin:0 0 .7em}
.contacts .cell:last-child{margin-bottom:0}
.contacts .cell label{font-size:.84rem;color:var(--soft);margin-bottom:.15em}
@media (max-width:46rem){
body{font-size:16px}
section{padding:18px 16px;border-radius:10px}
h1{font-size:1.5rem}
.bar{margin:0 -16px;padding:12px 16px}
section>.bar:last-child,form>.bar:last-child{margin-bottom:-18px}
.stack thead{position:absolute;left:-9999px}
.stack,.stack tbody,.stack tr,.stack td{display:block;width:100%}
.stack tr{border-top:1px solid var(--line);padding:14px 0}
.stack td,.stack th[scope=row]{border:0;padding:2px 0;display:block}
.stack td.number{text-align:left}
.stack td[data-label]::before{content:attr(data-label) ": ";color:var(--soft)}
.contacts .who,.contacts .how{width:100%}
.contacts td{padding:0 0 8px}
dl{grid-template-columns:1fr;gap:0}
dd{margin:0 0 .6em}
.buttons button,.buttons .button{width:100%;justify-content:center;text-align:center}
.bar button{width:100%;justify-content:center}
}
`;

/** What a Content-Security-Policy allows instead of inline styles in general (CSP 3, hash source). */
export const styleSource = `'sha256-${createHash('sha256').update(stylesheet).digest('base64')}'`;
