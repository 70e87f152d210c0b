// Charts by keyboard: arrow keys mark one point after the other, whose words stand below the chart; Enter opens it.

const keyedCharts = new Map();

/**
 * Lets keys reach the points of a chart, each `{ x, y, xaxis, yaxis, rank }` with a `trial` or with `words`; `rank` orders
 * them upwards. Points of several axes are gone through by themselves.
 */
function takeKeys(place, points, redraw) {
    const before = keyedCharts.get(place);
    const panels = [...Map.groupBy(points, point => point.xaxis).values()]
        .map(panel => panel.sort((a, b) => a.x - b.x || a.rank - b.rank));
    const chart = { place, panels, redraw, point: panels[0]?.[0] };
    keyedCharts.set(place, chart);
    makeReachable(place);
    if (before) return comeBack(chart, before);
    place.addEventListener("keydown", event => {
        const act = event.target === place && !event.ctrlKey && !event.metaKey && !event.altKey && pointKeys[event.key];
        const chart = keyedCharts.get(place);
        if (!act || !chart.point) return;
        event.preventDefault();
        act(chart);
    });
    place.addEventListener("focus", () => {
        if (place.matches(":focus-visible")) mark(keyedCharts.get(place), keyHelp(keyedCharts.get(place)));
    });
    place.addEventListener("blur", () => unmark(place));
}

/** The points of trials, each once where several traces mark it. */
function trialPoints(traces) {
    const points = new Map();
    for (const { x, y, xaxis = "x", yaxis = "y", customdata = [] } of traces) {
        customdata.forEach((number, index) => {
            if (x[index] == null || y[index] == null || points.has(xaxis + number)) return;
            const trial = report.trials[number];
            const rank = trial.state === "completed" ? trial.dice : -1;
            points.set(xaxis + number, { x: x[index], y: y[index], xaxis, yaxis, rank, trial: number });
        });
    }
    return [...points.values()];
}

/** A chart that is drawn again keeps its marked point. */
function comeBack(chart, before) {
    const isSame = point => point.trial === before.point?.trial && point.xaxis === before.point?.xaxis;
    chart.point = chart.panels.flat().find(isSame) ?? chart.point;
    if (before.isMarked) mark(chart);
}

/** A picture for those without scripts, something to operate for the others. */
function makeReachable(place) {
    place.tabIndex = 0;
    place.setAttribute("role", "application");
    place.setAttribute("aria-roledescription", "chart");
    // For what the other buttons do there are keys: one stop is enough for those who come by Tab.
    [...place.querySelectorAll(".modebar-btn")].slice(1).forEach(button => button.tabIndex = -1);
}

function keyHelp(chart) {
    const others = chart.panels.length > 1 ? ", page up and down: other axes" : "";
    const enter = chart.point?.trial == null ? "" : "; Enter: learning curves";
    return ` (arrow keys: other points${others}; + − 0: zoom${enter})`;
}

function mark(chart, help = "") {
    const { place, point } = chart;
    if (!point) return;
    chart.isMarked = true;
    tell(place, wordsOf(chart) + help);
    const isAside = axesAt(chart).some(({ range, middle }) => (middle - range[0]) * (middle - range[1]) > 0);
    if (isAside) zoomAround(chart, 1);
    Plotly.relayout(place, { shapes: [{
        type: "circle", xref: point.xaxis, yref: point.yaxis, xsizemode: "pixel", ysizemode: "pixel",
        xanchor: point.x, yanchor: point.y, x0: -9, x1: 9, y0: -9, y1: 9, line: { color: colour("ink"), width: 3 },
    }] });
    place.querySelector(".shapelayer path")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function wordsOf({ place, panels, point }) {
    const axis = panels.length > 1 ? place.layout[point.xaxis.replace("x", "xaxis")].title.text + ": " : "";
    return axis + (point.words ?? pointLines(report.trials[point.trial]).filter(Boolean).join(", "));
}

function unmark(place) {
    keyedCharts.get(place).isMarked = false;
    tell(place, "");
    Plotly.relayout(place, { shapes: [] });
}

function tell(place, words) {
    document.getElementById(place.id.replace(/chart$/, "point")).textContent = words;
}

// MARK: keys

const pointKeys = {
    ArrowLeft: chart => step(chart, -1), ArrowRight: chart => step(chart, 1),
    ArrowDown: chart => climb(chart, -1), ArrowUp: chart => climb(chart, 1),
    Home: chart => step(chart, -Infinity), End: chart => step(chart, Infinity),
    PageUp: chart => turnPanel(chart, -1), PageDown: chart => turnPanel(chart, 1),
    Enter: open, " ": open,
    "+": chart => zoomAround(chart, 2), "-": chart => zoomAround(chart, 0.5), 0: showAll,
};

function panelOf(chart) {
    return chart.panels.find(panel => panel.includes(chart.point));
}

function step(chart, count, points = panelOf(chart)) {
    const to = points.indexOf(chart.point) + count;
    chart.point = points[Math.min(points.length - 1, Math.max(0, to))];
    mark(chart);
}

/** To the next higher or lower point, wherever it stands. */
function climb(chart, count) {
    step(chart, count, panelOf(chart).toSorted((a, b) => a.rank - b.rank || a.x - b.x));
}

/** To the same trial on other axes. */
function turnPanel(chart, count) {
    const panel = chart.panels[chart.panels.indexOf(panelOf(chart)) + count];
    if (!panel) return;
    chart.point = panel.find(point => point.trial === chart.point.trial) ?? panel[0];
    mark(chart);
}

function open(chart) {
    if (chart.point.trial != null) showTrial(chart.point.trial);
}

function showAll(chart) {
    chart.redraw();
    mark(chart);
}

/** The axes of the marked point that have a range, and where on them it stands. */
function axesAt({ place, point }) {
    return [["x", point.x], ["y", point.y]].filter(([, value]) => typeof value === "number").map(([letter, value]) => {
        const nameOf = axis => axis.replace(letter, letter + "axis");
        const own = nameOf(point[letter + "axis"]);
        const name = nameOf(place.layout[own].matches ?? point[letter + "axis"]);
        const { range, type } = place.layout[name];
        return { name, range, middle: type === "log" ? Math.log10(value) : value };
    });
}

function zoomAround(chart, factor) {
    Plotly.relayout(chart.place, Object.fromEntries(axesAt(chart).map(({ name, range, middle }) => {
        const half = (range[1] - range[0]) / factor / 2;
        return [name + ".range", [middle - half, middle + half]];
    })));
}
