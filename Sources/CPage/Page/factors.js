// What mattered: importance, slices and parallel coordinates of what was searched.

function drawImportance() {
    const factors = report.factors.filter(f => f.effect).sort((a, b) => a.effect.share - b.effect.share);
    draw("importance", [
        {
            type: "bar", orientation: "h", name: "share of the variance", y: factors.map(f => f.title),
            x: factors.map(f => f.effect.share), marker: { color: colour("accent") },
            hovertemplate: "%{y}: %{x:.3f}<extra></extra>",
        },
        {
            type: "scatter", mode: "markers", name: "chance", y: factors.map(f => f.title),
            x: factors.map(f => f.effect.chance), hovertemplate: "by chance: %{x:.3f}<extra></extra>",
            marker: { symbol: "line-ns", size: 16, line: { width: 3, color: colour("second") } },
        },
    ], {
        xaxis: axis("share of the variance of Dice (ε²)", { rangemode: "tozero" }), yaxis: axis(""),
    }, factors.map(({ title, effect }) => ({
        x: effect.share, y: title, xaxis: "x", yaxis: "y", rank: effect.share,
        words: `${title}: ${decimals(effect.share)} of the variance, by chance ${decimals(effect.chance)}`,
    })));
}

// MARK: slices

const absent = -1;

/** Where a trial stands on a factor's axis; what its block does not have stands left of all. */
function coordinate(factor, trial) {
    return factor.values[trial.number] ?? (factor.kind === "category" ? absent : null);
}

function factorTicks(factor) {
    // Of completed networks alone: ticks beyond all lines would stand outside of the axes.
    const shown = completed.map(t => factor.values[t.number]);
    if (factor.kind === "whole") return wholeTicks(shown.filter(value => value != null));
    if (factor.kind !== "category") return {};
    const values = [...new Set(shown.map(value => value ?? absent))].sort((a, b) => a - b);
    return { tickmode: "array", tickvals: values, ticktext: values.map(v => v === absent ? "–" : factor.meanings[v]) };
}

/** The same for the same trial, so that a chart that is drawn again looks the same. */
function spread(number) {
    const turns = number * 0.6180339887;
    return (turns - Math.floor(turns) - 0.5) * 0.5;
}

function medians(points) {
    const groups = new Map();
    for (const [x, dice] of points) groups.set(x, [...(groups.get(x) ?? []), dice]);
    return [...groups.entries()].sort((a, b) => a[0] - b[0]).map(([x, dice]) => {
        const sorted = dice.sort((a, b) => a - b);
        const middle = sorted.length / 2;
        return [x, sorted.length % 2 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2];
    });
}

function drawSlices() {
    const place = document.getElementById("slices-chart");
    if (!place) return;
    // All of them fit onto a sheet.
    const [wide, high] = isPaper ? [report.factors.length > 12 ? 170 : 220, 210] : [250, 250];
    const columns = Math.max(1, Math.min(4, Math.floor(place.clientWidth / wide)));
    const rows = Math.ceil(report.factors.length / columns);
    place.style.height = `${rows * high + 40}px`;
    const traces = [];
    const look = {
        showlegend: false,
        grid: { rows, columns, pattern: "independent", ygap: 0.45, xgap: 0.2 },
    };
    report.factors.forEach((factor, index) => {
        const suffix = index ? index + 1 : "";
        const [x, y] = ["x" + suffix, "y" + suffix];
        const isDiscrete = factor.kind === "whole" || factor.kind === "category";
        const trials = completed.filter(t => coordinate(factor, t) != null);
        const places = trials.map(t => coordinate(factor, t));
        traces.push({
            type: scatterKind(completed.length * report.factors.length), mode: "markers", xaxis: x, yaxis: y,
            x: places.map((value, i) => value + (isDiscrete ? spread(trials[i].number) : 0)),
            y: trials.map(t => t.dice), customdata: trials.map(t => t.number), text: trials.map(hover),
            marker: { color: colour("accent"), size: 5, opacity: 0.55 }, hovertemplate: "%{text}<extra></extra>",
        });
        const line = medians(places.map((value, i) => [value, trials[i].dice]));
        // Where values are many, each has a point or two, and their medians say nothing.
        if (isDiscrete && line.length <= 8) traces.push({
            type: "scatter", xaxis: x, yaxis: y, hoverinfo: "skip",
            // Choices have no order in which a line could join them.
            mode: factor.kind === "category" ? "markers" : "lines+markers",
            x: line.map(point => point[0]), y: line.map(point => point[1]),
            line: { color: colour("second"), width: 1.5 },
            marker: { symbol: "line-ew", size: 11, line: { width: 2.5, color: colour("second") } },
        });
        look["xaxis" + suffix] = axis(factor.title, {
            ...factorTicks(factor), ...(factor.kind === "logarithmic" ? logarithmicAxis(places) : {}),
            title: { text: factor.title, standoff: 4, font: { size: 12 } }, tickfont: { size: 10 }, automargin: false,
        });
        look["yaxis" + suffix] = axis("", { tickfont: { size: 10 }, matches: index ? "y" : undefined, automargin: false });
    });
    draw("slices", traces, { ...look, margin: { l: 44, r: 10, t: 10, b: 50 } });
}
