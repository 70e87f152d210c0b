// The test Dice of each case by method.

/** If all are almost equal, an axis needs a given range, or it would have no ticks. */
function diceRange(values) {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return high - low < 0.02 ? { range: [low - 0.02, high + 0.02] } : {};
}

function drawCases() {
    const isNarrow = innerWidth < 600;
    const most = isNarrow ? 13 : 28;
    const evaluated = report.methods.filter(method => method.splits.some(split => split.test?.dice));
    const traces = evaluated.map((method, index) => {
        const points = method.splits.flatMap(split => (split.test?.cases ?? [])
            .filter(evaluated => evaluated.dice != null)
            .map(evaluated => ({ split: split.split, ...evaluated })));
        return {
            type: "box", orientation: "h", width: 0.5, name: plain(method.name), boxpoints: "all", jitter: 0.5, pointpos: 0,
            x: points.map(point => point.dice), y: points.map(() => index), hoveron: "points",
            text: points.map(point => `<b>${plain(method.name)}</b><br>split ${point.split}, case ${point.number}: ` +
                `Dice ${decimals(point.dice)}`),
            hovertemplate: "%{text}<extra></extra>", fillcolor: colour("accent") + "22",
            line: { color: colour("accent"), width: 1.5 },
            marker: { color: colour("second"), size: isNarrow ? 5 : 6, opacity: 0.7 },
        };
    });
    const names = evaluated.map(({ name }) => plain(name.length > most ? name.slice(0, most - 1) + "…" : name));
    draw("cases", traces, {
        showlegend: false,
        xaxis: axis("test Dice", diceRange(traces.flatMap(trace => trace.x))),
        yaxis: axis("", {
            range: [evaluated.length - 0.5, -0.5], tickmode: "array", tickvals: evaluated.map((_, index) => index), ticktext: names,
            showgrid: false,
        }),
    }, evaluated.flatMap((method, index) => method.splits.flatMap(split => (split.test?.cases ?? [])
        .filter(evaluated => evaluated.dice != null)
        .map(evaluated => ({
            x: evaluated.dice, y: index, xaxis: "x", yaxis: "y", rank: -index,
            words: `${method.name}, split ${split.split}, case ${evaluated.number}: Dice ${decimals(evaluated.dice)}`,
        })))));
}

keepDrawn(drawCases);
