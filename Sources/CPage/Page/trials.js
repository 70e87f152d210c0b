// The table of trials: a page of it at a time, as thousands of rows would make the whole page slow.

const rowsPerPage = 50;
const rowsOnPaper = 500;
const table = { sort: "dice", isRising: false, page: 0 };

/** What the table shows of a trial; `value` sorts, `text` is read. */
function tableColumns() {
    const columns = [
        { name: "number", title: "trial", value: t => t.number, isNumber: true },
        { name: "dice", title: "Dice", value: t => t.dice, text: t => decimals(t.dice), isNumber: true },
        { name: "form", title: "network", value: t => t.form, style: "form" },
        { name: "parameters", title: "parameters", value: t => t.parameters, text: t => grouped(t.parameters), isNumber: true },
        { name: "seconds", title: "time", value: t => t.seconds, text: t => duration(t.seconds), isNumber: true },
        { name: "state", title: "state", value: t => report.words[t.state], style: "form" },
        { name: "reason", title: "reason", value: t => t.reason, text: t => t.reason ?? "" },
    ];
    if (!document.getElementById("trials-labels").checked) return columns;
    const labels = report.labels.map((label, index) => ({
        name: "label " + index, title: label.name, value: t => t.dicePerLabel[index],
        text: t => decimals(t.dicePerLabel[index]), isNumber: true,
    }));
    return [...columns.slice(0, 3), ...labels, ...columns.slice(3)];
}

function chosenTrials(columns) {
    const state = document.getElementById("trials-state").value;
    const words = document.getElementById("trials-text").value.toLowerCase().replace(/,\s+/g, ",").trim();
    const key = columns.find(column => column.name === table.sort)?.value ?? (t => t.number);
    const direction = table.isRising ? 1 : -1;
    const known = value => value !== null && value !== undefined;
    return report.trials
        .filter(t => (!state || t.state === state) &&
            (!words || `${t.number} ${t.form} ${t.reason ?? ""}`.toLowerCase().includes(words)))
        .sort((a, b) => {
            const [x, y] = [key(a), key(b)];
            // What is not known comes last either way.
            if (!known(x) || !known(y)) return known(y) - known(x) || a.number - b.number;
            return (x < y ? -1 : x > y ? 1 : 0) * direction || a.number - b.number;
        });
}

function drawTable() {
    const columns = tableColumns();
    const trials = chosenTrials(columns);
    const pages = Math.max(1, Math.ceil(trials.length / rowsPerPage));
    table.page = Math.min(Math.max(0, table.page), pages - 1);
    const first = isPaper ? 0 : table.page * rowsPerPage;
    const shown = trials.slice(first, first + (isPaper ? rowsOnPaper : rowsPerPage));
    const focused = ["sort", "trial", "compare"].map(name => [name, document.activeElement?.dataset?.[name]])
        .find(([, value]) => value != null && document.activeElement.closest("#trials-table"));
    const head = element("thead", { role: "rowgroup" }, [element("tr", { role: "row" }, columns.map(heading))]);
    const body = element("tbody", { role: "rowgroup" }, shown.map(t => row(t, columns)));
    const place = document.getElementById("trials-table");
    place.className = columns.length > 12 ? "wide" : "";
    place.replaceChildren(element("caption", {}, [captionOf(shown, first, trials, columns)]), head, body);
    if (focused) place.querySelector(`[data-${focused[0]}="${focused[1]}"]`)?.focus();
    document.getElementById("trials-count").textContent =
        `${trials.length} of ${report.trials.length} trials`;
    document.getElementById("trials-page").textContent = `page ${table.page + 1} of ${pages}`;
    document.getElementById("trials-before").disabled = table.page === 0;
    document.getElementById("trials-next").disabled = table.page === pages - 1;
}

/** Which rows there are, which on paper nothing else tells. */
function captionOf(shown, first, trials, columns) {
    const rows = shown.length === trials.length ? `All ${trials.length}` : `${first + 1} to ${first + shown.length} of ${trials.length}`;
    const chosen = trials.length < report.trials.length ? ` chosen from ${report.trials.length}` : "";
    const title = columns.find(column => column.name === table.sort)?.title ?? "trial";
    return `${rows} trials${chosen}, by ${title}, ${table.isRising ? "rising" : "falling"}`;
}

function heading(column) {
    const isSorted = table.sort === column.name;
    const button = element("button", { type: "button" }, [
        column.title + (isSorted ? (table.isRising ? " ▲" : " ▼") : ""),
    ]);
    button.dataset.sort = column.name;
    button.addEventListener("click", () => {
        // Of numbers the largest are looked for first, but for that of the trial.
        const isFirstRising = !column.isNumber || column.name === "number";
        table.isRising = isSorted ? !table.isRising : isFirstRising;
        table.sort = column.name;
        table.page = 0;
        drawTable();
    });
    const cell = element("th", { scope: "col", role: "columnheader", class: column.isNumber ? "number" : "" }, [button]);
    if (isSorted) cell.setAttribute("aria-sort", table.isRising ? "ascending" : "descending");
    return cell;
}

function row(trial, columns) {
    const cells = columns.map(column => {
        const style = column.isNumber ? "number" : column.style ?? "";
        if (column.name !== "number") {
            const text = column.text ? column.text(trial) : column.value(trial);
            return element("td", { class: style, role: "cell", "data-title": column.title }, [String(text)]);
        }
        const button = element("button", { type: "button", class: "trial" }, [String(trial.number)]);
        button.dataset.trial = trial.number;
        button.setAttribute("aria-label", `Trial ${trial.number}: learning curves`);
        return element("th", { scope: "row", role: "rowheader", class: style }, [chooser(trial), button]);
    });
    return element("tr", { role: "row", class: trial.number === report.best ? "best" : "" }, cells);
}

/** A box that chooses the trial to be compared with another one. */
function chooser(trial) {
    const box = element("input", { type: "checkbox" }, []);
    box.dataset.compare = trial.number;
    box.checked = compared.includes(trial.number);
    box.setAttribute("aria-label", `Compare trial ${trial.number}`);
    box.addEventListener("change", () => choosePair(trial.number, box.checked));
    return box;
}

/** The numbers of trials in each state, which change while the page is watched. */
function countStates() {
    const choice = document.getElementById("trials-state");
    const known = new Map([...choice.options].map(option => [option.value, option]));
    known.get("").textContent = `all (${report.trials.length})`;
    for (const [state, words] of Object.entries(report.words)) {
        const count = report.states[state] ?? 0;
        if (!count && !known.has(state)) continue;
        const option = known.get(state) ?? choice.appendChild(element("option", { value: state }, []));
        option.textContent = `${words} (${count})`;
    }
}

function element(name, attributes, children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) if (value) made.setAttribute(key, value);
    made.append(...children);
    return made;
}

function startTable() {
    const restart = () => {
        table.page = 0;
        drawTable();
    };
    for (const name of ["state", "text", "labels"]) {
        document.getElementById("trials-" + name).addEventListener("input", restart);
    }
    document.getElementById("trials-filter").addEventListener("submit", event => event.preventDefault());
    for (const [name, step] of [["before", -1], ["next", 1]]) {
        document.getElementById("trials-" + name).addEventListener("click", event => {
            table.page += step;
            drawTable();
            // A button that no longer does anything would lose the focus to nowhere.
            if (event.target.disabled) document.querySelector(".pages button:enabled")?.focus();
        });
    }
    document.getElementById("trials-compare").addEventListener("click", showPair);
    document.getElementById("trials-csv").addEventListener("click", saveTrials);
    document.getElementById("trials-jump").addEventListener("submit", event => {
        event.preventDefault();
        const number = document.getElementById("trials-number").valueAsNumber;
        if (report.trials[number]) showTrial(number);
    });
    showPairButton();
    if (!report.trials.some(t => t.dicePerLabel.some(dice => dice != null))) {
        document.getElementById("trials-labels").closest("label").hidden = true;
    }
}
