// The learning curves of one trial, in a dialog.

let shownTrial = null;

function showTrial(number) {
    shownTrial = report.trials[number];
    document.getElementById("trial-title").textContent = `Trial ${number}`;
    document.getElementById("trial-facts").replaceChildren(...trialFacts(shownTrial).flatMap(([name, value]) => {
        const term = document.createElement("dt");
        const words = document.createElement("dd");
        term.textContent = name;
        words.textContent = value;
        return [term, words];
    }));
    // It is ours, made with the page.
    const drawing = document.getElementById("trial-block");
    drawing.innerHTML = report.drawings[shownTrial.drawing] ?? "";
    drawing.hidden = !drawing.innerHTML;
    const dialog = document.getElementById("trial");
    if (!dialog.open) dialog.showModal();
    drawCurves();
}

function trialFacts(trial) {
    const labels = report.labels.map((label, index) => [label.name, trial.dicePerLabel[index]])
        .filter(([, dice]) => dice != null);
    return [
        ["Network", trial.form],
        ["State", report.words[trial.state] + (trial.reason ? `: ${trial.reason}` : "")],
        ["Validation Dice", decimals(trial.dice)],
        ...(labels.length ? [["Of its labels", labels.map(([name, dice]) => `${name} ${decimals(dice)}`).join(", ")]] : []),
        ...(trial.expectedDice ? [["Expected Dice", expectedWords(trial.expectedDice)]] : []),
        ...(trial.stages ? [["Stages", trial.stages.map(stageWords).join("; ")]] : []),
        ["Parameters", grouped(trial.parameters)],
        ...(trial.operations == null ? [] : [["Multiply-adds", grouped(trial.operations)]]),
        ["Time", trial.seconds == null ? "–"
            : `${duration(trial.seconds)} in ${trial.attempts} ${trial.attempts === 1 ? "run" : "runs"}`],
    ];
}

/** The training to a rung, and what came of it. */
function stageWords({ epochs, dice, state }) {
    return `to epoch ${epochs}: ` + (dice == null ? "" : `Dice ${decimals(dice)}, `) + report.words[state];
}

/** What a model of the search expects, with one standard deviation. */
function expectedWords([dice, low, high]) {
    return `${decimals(dice)}, likely ${decimals(low)} to ${decimals(high)}`;
}

/** Of the trial itself, or of the one whose result it took. */
function drawCurves() {
    const place = document.getElementById("trial-chart").parentElement;
    const curve = shownTrial && report.curves[shownTrial.source ?? shownTrial.number];
    place.hidden = !curve;
    if (!curve) return;
    const mode = curve.epochs.length < 60 ? "lines+markers" : "lines";
    const trace = (name, y, colourName, yaxis) => ({
        type: "scatter", mode, name, x: curve.epochs, y, yaxis,
        line: { color: colour(colourName), width: 2 }, hovertemplate: `epoch %{x}: ${name} %{y:.4f}<extra></extra>`,
    });
    draw("trial", [
        trace("validation Dice", curve.dice, "accent", "y"), trace("loss", curve.loss, "second", "y2"),
    ], {
        showlegend: false,
        xaxis: axis("epoch", { anchor: "y2", ...wholeTicks(curve.epochs) }), yaxis: axis("validation Dice", { domain: [0.54, 1] }),
        yaxis2: axis("loss", { domain: [0, 0.46] }),
    }, curve.epochs.map((epoch, i) => ({
        x: epoch, y: curve.dice[i], xaxis: "x", yaxis: "y", rank: curve.dice[i],
        words: `epoch ${epoch}: validation Dice ${decimals(curve.dice[i], 4)}, loss ${decimals(curve.loss[i], 4)}`,
    })));
}
