// Two trials beside each other.

/** The chosen trials, at most two: a third one takes the place of the first. A page that is made anew keeps them. */
const compared = (history.state?.compared ?? []).filter(number => report.trials[number]);

function choosePair(number, isChosen) {
    const at = compared.indexOf(number);
    if (at >= 0) compared.splice(at, 1);
    if (isChosen) compared.push(number);
    if (compared.length > 2) compared.shift();
    for (const box of document.querySelectorAll("input[data-compare]")) {
        box.checked = compared.includes(Number(box.dataset.compare));
    }
    showPairButton();
}

function showPairButton() {
    const button = document.getElementById("trials-compare");
    button.disabled = compared.length < 2;
    button.textContent = compared.length < 2 ? "Compare two" : `Compare ${compared[0]} and ${compared[1]}`;
}

function showPair() {
    const trials = compared.map(number => report.trials[number]);
    const [first, second] = trials.map(trial => new Map(trialFacts(trial)));
    const rows = [...new Set([...first.keys(), ...second.keys()])].map(name => element("tr", {}, [
        element("th", { scope: "row" }, [name]),
        ...[first, second].map(facts => element("td", {}, [facts.get(name) ?? "–"])),
    ]));
    const head = element("tr", {}, [
        element("td", {}, []), ...trials.map(trial => element("th", { scope: "col" }, [`trial ${trial.number}`])),
    ]);
    document.getElementById("pair-table").replaceChildren(
        element("thead", {}, [head]), element("tbody", {}, rows));
    const dialog = document.getElementById("pair");
    if (!dialog.open) dialog.showModal();
    drawPair();
}

function drawPair() {
    const colours = ["accent", "second"];
    const shown = compared.map((number, index) => ({ trial: report.trials[number], colour: colours[index] }))
        .map(({ trial, colour }) => ({ trial, colour, curve: report.curves[trial.source ?? trial.number] }))
        .filter(({ curve }) => curve);
    document.getElementById("pair-chart").parentElement.hidden = !shown.length;
    if (!shown.length) return;
    draw("pair", shown.map(({ trial, colour: name, curve }) => ({
        type: "scatter", mode: curve.epochs.length < 60 ? "lines+markers" : "lines", name: `trial ${trial.number}`,
        x: curve.epochs, y: curve.dice, line: { color: colour(name), width: 2 },
        hovertemplate: `trial ${trial.number}, epoch %{x}: Dice %{y:.4f}<extra></extra>`,
    })), {
        showlegend: true, xaxis: axis("epoch", wholeTicks(shown.flatMap(({ curve }) => curve.epochs))),
        yaxis: axis("validation Dice"),
    }, shown.flatMap(({ trial, curve }) => curve.epochs.map((epoch, i) => ({
        x: epoch, y: curve.dice[i], xaxis: "x", yaxis: "y", rank: curve.dice[i],
        words: `trial ${trial.number}, epoch ${epoch}: validation Dice ${decimals(curve.dice[i], 4)}`,
    }))));
}

// MARK: a file of the trials

/** The trials that the table shows, with all their columns, for spreadsheets. */
function saveTrials() {
    const labels = report.labels.map((label, index) => ["dice " + label.name, t => t.dicePerLabel[index]]);
    const columns = [
        ["trial", t => t.number], ["state", t => t.state], ["network", t => t.form], ["dice", t => t.dice], ...labels,
        ["parameters", t => t.parameters], ["multiply_adds", t => t.operations], ["seconds", t => t.seconds],
        ["attempts", t => t.attempts], ["source", t => t.source], ["reason", t => t.reason],
    ];
    const lines = chosenTrials(tableColumns()).map(trial => columns.map(([, value]) => value(trial)));
    saveFile("trials.csv", csvText([columns.map(([name]) => name), ...lines]), "text/csv");
}
