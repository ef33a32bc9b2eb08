// The style sheet of the pages: one column, system fonts, light and dark, contrast of at least 4.5 : 1.

export const STYLE = `
:root { color-scheme: light dark; --ink: #14213d; --soft: #4d5a75; --paper: #ffffff; --ground: #eef1f6;
  --line: #8a94a8; --brand: #0b5d57; --brand-ink: #ffffff; --bad: #9b1c1c; --bad-ground: #fdecec; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf4; --soft: #a9b3c7; --paper: #1a2233;
  --ground: #10151f; --line: #77829a; --brand: #5fd0c5; --brand-ink: #06231f; --bad: #ffb4b4;
  --bad-ground: #3a1b1f; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 26rem; padding: 2rem; background: var(--paper); border-radius: 1rem;
  box-shadow: 0 1px 2px rgb(0 0 0 / .1), 0 12px 32px rgb(0 0 0 / .12); }
.brand { margin: 0 0 1.5rem; color: var(--brand); font-weight: 700; letter-spacing: .02em; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.2; }
.lead { margin: .4rem 0 1.25rem; color: var(--soft); }
label { display: block; margin: 1rem 0 .3rem; font-weight: 600; }
input { width: 100%; padding: .65rem .75rem; font: inherit; color: inherit; background: transparent;
  border: 1px solid var(--line); border-radius: .5rem; }
button { width: 100%; margin-top: 1rem; padding: .7rem 1rem; font: inherit; font-weight: 600;
  color: var(--brand-ink); background: var(--brand); border: 1px solid var(--brand); border-radius: .5rem;
  cursor: pointer; }
button.second { color: var(--ink); background: transparent; border-color: var(--line); margin-top: .6rem; }
button.plain { color: var(--soft); background: transparent; border-color: transparent; margin-top: .3rem;
  text-decoration: underline; font-weight: 400; }
input:focus-visible, button:focus-visible { outline: 3px solid var(--brand); outline-offset: 2px; }
.problem { margin: 0 0 1rem; padding: .7rem .9rem; color: var(--bad); background: var(--bad-ground);
  border-radius: .5rem; }
.note { margin: 1.25rem 0 0; color: var(--soft); font-size: .875rem; }
dl { margin: 0; }
dt { margin-top: .9rem; color: var(--soft); font-size: .8rem; font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
.mark { padding: .05rem .45rem; border: 1px solid currentColor; border-radius: 1rem; font-size: .75rem;
  color: var(--bad); white-space: nowrap; }
.mark.known { color: var(--brand); }
`
