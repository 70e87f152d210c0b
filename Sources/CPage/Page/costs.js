// Dice against what a network costs, with the Pareto front.

function drawCosts() {
    drawCost("parameters", completed, t => t.parameters, "parameters", report.fronts.parameters);
    const unit = timeUnit(Math.max(0, ...completed.map(t => t.seconds ?? 0)));
    drawCost("seconds", completed, t => t.seconds && t.seconds / unit.seconds, `training time (${unit.name})`,
        report.fronts.seconds);
}

function drawCost(name, trials, cost, title, numbers) {
    const front = numbers.map(number => report.trials[number]);
    const best = report.trials[report.best];
    const expected = front.filter(t => t.expectedDice);
    draw(name, [
        { ...pointsOf(trials.filter(t => cost(t) != null), cost), name: "completed" },
        {
            type: "scatter", mode: "lines+markers", name: "Pareto front",
            x: front.map(cost), y: front.map(t => t.dice), customdata: front.map(t => t.number),
            text: front.map(hover), hovertemplate: "%{text}<extra></extra>",
            line: { color: colour("second"), width: 2, shape: "hv" },
            marker: { symbol: "diamond", size: 9, color: colour("second") },
        },
        ...(expected.length ? [expectedTrace(expected, cost)] : []),
        {
            type: "scatter", mode: "markers", name: "best", x: [cost(best)], y: [best.dice],
            customdata: [best.number], text: [hover(best)], hovertemplate: "%{text}<extra></extra>",
            marker: { symbol: "circle-open", size: 16, color: colour("ink"), line: { width: 2 } },
        },
    ], { xaxis: costAxis(title, trials.map(cost).filter(value => value > 0)), yaxis: axis("validation Dice") });
}

/** What a model of the search expects of networks, with one standard deviation. */
function expectedTrace(trials, cost) {
    return {
        type: "scatter", mode: "markers", name: "expected", x: trials.map(cost), y: trials.map(t => t.expectedDice[0]),
        hoverinfo: "skip", marker: { symbol: "line-ew-open", size: 9, color: colour("third"), line: { width: 2 } },
        error_y: {
            type: "data", symmetric: false, array: trials.map(t => t.expectedDice[2] - t.expectedDice[0]),
            arrayminus: trials.map(t => t.expectedDice[0] - t.expectedDice[1]), color: colour("third"), thickness: 1.5,
        },
    };
}
