/// The style sheet of the fragment, in the page's colours.
enum AnatomyStyle {
    static let css = """
        .anatomy{display:flex;flex-direction:column;gap:.75rem;color:var(--ink)}
        .anatomy .an-row{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center}
        .anatomy button{font:inherit;color:var(--ink);background:var(--paper);
        border:1px solid var(--line);border-radius:.4rem;padding:.3rem .7rem;cursor:pointer}
        .anatomy button[aria-pressed=true]{border-color:var(--accent);
        box-shadow:inset 0 0 0 1px var(--accent)}
        .anatomy :focus-visible{outline:2px solid var(--accent);outline-offset:2px}
        .anatomy label{display:inline-flex;align-items:center;gap:.35rem}
        .anatomy input{accent-color:var(--accent);margin:0}
        .anatomy .an-line{width:1.8rem;height:0;border-top:2px solid var(--ink)}
        .anatomy .an-dashed{border-top-style:dashed}
        .anatomy .an-planes{display:flex;gap:.5rem;justify-content:flex-start;align-items:flex-start}
        .anatomy .an-plane{flex:1 1 0;min-width:0;margin:0}
        .anatomy canvas{display:block}
        .anatomy .an-plane canvas{width:100%;background:#000;cursor:crosshair;touch-action:pan-y}
        .anatomy figcaption{display:flex;flex-wrap:wrap;gap:.25rem .5rem;align-items:center;
        justify-content:space-between;padding-top:.3rem}
        .anatomy figcaption label{flex:1 1 10rem}
        .anatomy input[type=range]{flex:1;min-width:4rem}
        .anatomy output{font-variant-numeric:tabular-nums}
        .anatomy .an-note{margin:0;font-size:.875em;max-width:75ch}
        .anatomy .an-labels{display:flex;flex-wrap:wrap;gap:.35rem 1rem;align-items:center;margin:0;
        border:1px solid var(--line);border-radius:.4rem;padding:.5rem .75rem;min-width:0}
        .anatomy .an-labels button{padding:.1rem .5rem}
        .anatomy .an-swatch{print-color-adjust:exact;width:.9rem;height:.9rem;border:1px solid var(--ink);border-radius:.2rem}
        .anatomy .an-surfaces{display:flex;flex-direction:column;gap:.75rem}
        .anatomy .an-scenes{min-height:3rem;border:1px solid var(--line);border-radius:.4rem;
        overflow:hidden}
        .anatomy .an-wait{padding:1rem}
        @media (max-width:640px){
        .anatomy .an-planes{flex-direction:column}
        .anatomy .an-plane{width:100%;flex:none}
        .anatomy label{min-height:1.75rem}}
        @media print{
        .anatomy .an-tools,.anatomy .an-labels button,.anatomy .an-labels input,.anatomy input[type=range],
        .anatomy [aria-pressed=false],.anatomy:has(.an-wait) .an-surfaces{display:none}
        .anatomy label:has([data-outline]:not(:checked)),
        .anatomy label:has([data-surface]:not(:checked)){display:none}
        .anatomy .an-cases,.anatomy .an-planes,.anatomy .an-scenes{break-inside:avoid}
        .anatomy .an-cases{break-after:avoid}}
        """
}
