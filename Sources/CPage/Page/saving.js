// Figures and tables as files.

function saveFile(name, content, type) {
    const link = document.createElement("a");
    link.download = name;
    link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Words as part of a file's name. */
function fileName(words) {
    return words.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "figure";
}

/** Lines of values for spreadsheets. */
function csvText(lines) {
    const quoted = value => {
        const text = value == null ? "" : String(value);
        return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    return lines.map(line => line.map(quoted).join(",") + "\r\n").join("");
}

/** The lines of a table; a cell that spans several of them stands in each. */
function linesOf(table) {
    const spanning = [];
    return [...table.rows].map(row => {
        const line = [];
        const cells = [...row.cells];
        for (let column = 0; cells.length || spanning[column]?.left > 0; column++) {
            const held = spanning[column];
            if (held?.left > 0) {
                held.left--;
                line.push(held.text);
                continue;
            }
            const cell = cells.shift();
            const text = cell.textContent.trim();
            spanning[column] = { text, left: cell.rowSpan - 1 };
            line.push(text);
        }
        return line;
    });
}

const savers = {
    svg: (button, name) => {
        const figure = button.closest("figure").querySelector("svg");
        saveFile(name + ".svg", new XMLSerializer().serializeToString(figure), "image/svg+xml");
    },
    table: (button, name) => {
        const table = button.previousElementSibling.querySelector("table");
        saveFile(name + ".csv", csvText(linesOf(table)), "text/csv");
    },
};

document.addEventListener("click", event => {
    const button = event.target.closest("[data-save]");
    if (button) savers[button.dataset.save]?.(button, fileName(button.dataset.name ?? ""));
});
