// The search over its trials or over time.

const completed = [];

function countCompleted() {
    completed.splice(0, completed.length, ...report.trials.filter(trial => trial.state === "completed"));
}
countCompleted();

function drawEvolution() {
    const isTime = document.querySelector('[name="evolution-view"]:checked').value === "time";
    const last = Math.max(0, ...report.trials.map(trial => trial.elapsed ?? 0));
    const unit = timeUnit(last);
    const place = trial => isTime
        ? (trial.elapsed == null ? null : trial.elapsed / unit.seconds) : trial.number;
    const end = isTime ? last / unit.seconds : report.trials.length;
    const numbers = isTime ? report.recordsInTime : report.records;
    const best = numbers.map(number => report.trials[number]);
    const rows = ["queued", "running", "cached", "illegal", "paused", "stopped", "outOfMemory", "failed"]
        .map(state => report.trials.filter(trial => trial.state === state && place(trial) != null))
        .filter(trials => trials.length);
    const traces = [pointsOf(completed, place), bestLine(best, place, end)];
    rows.forEach((trials, row) => traces.push({
        type: scatterKind(report.trials.length), mode: "markers", yaxis: "y2", showlegend: false,
        x: trials.map(place), y: trials.map(() => row), customdata: trials.map(trial => trial.number),
        marker: { symbol: "line-ns", size: 9, line: { width: 1.2, color: colour("muted") } },
        text: trials.map(hover), hovertemplate: "%{text}<extra></extra>",
    }));
    const band = rows.length ? Math.min(0.4, 0.05 * rows.length + 0.02) : 0;
    draw("evolution", traces, {
        xaxis: axis(isTime ? `training time of all trials together (${unit.name})` : "trial",
            { range: [isTime ? 0 : -0.5, end * 1.01 || 1], anchor: rows.length ? "y2" : "y" }),
        yaxis: axis("validation Dice", { domain: [band ? band + 0.03 : 0, 1] }),
        yaxis2: axis("", {
            domain: [0, band || 0.01], visible: rows.length > 0, showgrid: false, range: [rows.length - 0.4, -0.6],
            tickmode: "array", tickvals: rows.map((_, row) => row),
            ticktext: rows.map(trials =>
                `${report.words[trials[0].state]} (${trials.length})`),
        }),
    });
}

function pointsOf(trials, place) {
    return {
        type: scatterKind(trials.length), mode: "markers", name: `completed (${trials.length})`,
        x: trials.map(place), y: trials.map(trial => trial.dice),
        customdata: trials.map(trial => trial.number), text: trials.map(hover),
        marker: { color: colour("accent"), size: 7, opacity: 0.75 },
        hovertemplate: "%{text}<extra></extra>",
    };
}

function bestLine(best, place, end) {
    const x = best.map(place);
    const y = best.map(trial => trial.dice);
    if (x.length) {
        x.push(end);
        y.push(y[y.length - 1]);
    }
    return {
        type: "scatter", mode: "lines", name: "best so far", x, y, hoverinfo: "skip",
        line: { color: colour("second"), width: 2.5, shape: "hv" },
    };
}
