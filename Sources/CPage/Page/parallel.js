// Completed trials as lines through parallel axes.

function drawParallel() {
    const place = document.getElementById("parallel-chart");
    if (!place || !completed.length) return;
    const dimensions = report.factors.map(factor => {
        const isLogarithmic = factor.kind === "logarithmic";
        const known = completed.map(t => coordinate(factor, t))
            .map(value => value != null && isLogarithmic ? Math.log10(value) : value);
        const present = known.filter(value => value != null);
        const ticks = isLogarithmic ? logarithmicTicks(present) : factorTicks(factor);
        const isDiscrete = ticks.tickvals && !isLogarithmic;
        const values = withAbsent(known, ticks, value => short(isLogarithmic ? 10 ** value : value));
        return {
            label: factor.title.replace("connections", "").replace("of the block", "").trim(), values,
            ...(ticks.tickvals ? { tickvals: ticks.tickvals, ticktext: ticks.ticktext } : {}),
            parts: isDiscrete ? singleValues(ticks) : quarters(present, isLogarithmic),
        };
    });
    const parameters = completed.map(t => Math.log10(t.parameters ?? 1));
    dimensions.push({ label: "parameters", values: parameters, ...logarithmicTicks(parameters), parts: quarters(parameters, true) });
    const dice = completed.map(t => t.dice);
    dimensions.push({ label: "Dice", values: dice, parts: quarters(dice, false) });
    // Axes need room for their ticks; the frame scrolls. Lines of another size are painted too late for paper.
    place.style.width = isPaper ? `${place.querySelector(".main-svg").getAttribute("width")}px`
        : `max(100%, ${dimensions.length * 58}px)`;
    // Names that would touch each other stand slanted.
    const isNarrow = place.clientWidth < dimensions.length * 92;
    takeAxisKeys(place, dimensions);
    draw("parallel", [{
        type: "parcoords", dimensions: dimensions.map(({ parts, ...dimension }) => ({ ...dimension, name: dimension.label })),
        labelfont: { size: 12 }, labelangle: isNarrow ? -30 : 0, tickfont: { size: 10, color: colour("ink") },
        rangefont: { color: "rgba(0,0,0,0)" },
        // The best stand out from the paper, be it white or dark.
        line: { color: dice, colorscale: "Cividis", reversescale: isPaper || !isDark.matches, showscale: false },
        unselected: { line: { opacity: 0.04 } },
    }], { margin: { l: 40, r: isNarrow ? 70 : 40, t: isNarrow ? 110 : 60, b: 30 } }, null);
    makeReachable(place);
    place.style.zoom = isPaper ? Math.min(1, paperWidth / place.clientWidth) : "";
}

/** The values with those that trials do not have below all others, where a tick “–” is added. */
function withAbsent(values, ticks, show) {
    const known = values.filter(value => value != null);
    if (known.length === values.length) return values;
    const [low, high] = known.length ? [Math.min(...known), Math.max(...known)] : [0, 0];
    const place = low - (high > low ? 0.15 * (high - low) : 1);
    const marks = ticks.tickvals ?? [0, 1, 2, 3, 4].map(part => low + part / 4 * (high - low));
    Object.assign(ticks, { tickvals: [place, ...marks], ticktext: ["–", ...(ticks.ticktext ?? marks.map(show))] });
    return values.map(value => value ?? place);
}

/** Ticks at powers of ten and halves of them, for values that are logarithms already. */
function logarithmicTicks(values) {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const ticks = [];
    for (let power = Math.floor(low); power <= high; power += 1) {
        for (const factor of [1, 2, 5]) {
            const place = power + Math.log10(factor);
            if (place >= low - 0.01 && place <= high + 0.01) ticks.push([place, factor * 10 ** power]);
        }
    }
    return ticks.length > 1 ? { tickvals: ticks.map(t => t[0]), ticktext: ticks.map(t => short(t[1])) } : {};
}

/** The same on a logarithmic axis of the values themselves. */
function logarithmicAxis(values) {
    const { tickvals, ticktext } = logarithmicTicks(values.map(Math.log10));
    return { type: "log", ...(tickvals ? { tickmode: "array", tickvals: tickvals.map(value => 10 ** value), ticktext } : {}) };
}

function short(value) {
    if (value >= 1e6) return `${+(value / 1e6).toPrecision(2)} M`;
    return value >= 1e3 ? `${+(value / 1e3).toPrecision(2)} k` : String(+value.toPrecision(2));
}

// MARK: keys

/** What keys keep of an axis: one value after the other, where these are few. */
function singleValues({ tickvals, ticktext }) {
    return tickvals.map((value, index) => ({ range: [value - 0.25, value + 0.25], words: ticktext[index] }));
}

/** Four parts of an axis on which values are many. */
function quarters(values, isLogarithmic) {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const show = value => isLogarithmic ? short(10 ** value) : String(+value.toPrecision(3));
    return low === high ? [] : [0, 1, 2, 3].map(part => {
        const range = [part, part + 1].map(quarter => low + quarter / 4 * (high - low));
        return { range, words: range.map(show).join(" to ") };
    });
}

/** The axes as they were drawn, and the number of the one that keys change. */
let parallel = { axes: [], at: 0 };

function takeAxisKeys(place, dimensions) {
    const axes = new Map(dimensions.map(({ label, parts }) => [label, { parts, part: -1 }]));
    parallel = { axes, at: 0 };
    if (place.tabIndex === 0) return;
    place.addEventListener("keydown", event => {
        const act = event.target === place && !event.ctrlKey && !event.metaKey && !event.altKey && axisKeys[event.key];
        if (!act) return;
        event.preventDefault();
        act(place.data[0].dimensions, event.shiftKey, place);
    });
    place.addEventListener("focus", () => {
        if (place.matches(":focus-visible")) markAxis(place, " (left and right: other axes, up and down: keep a part of it; "
            + "with shift: move it; delete: keep all)");
    });
    place.addEventListener("blur", () => {
        tell(place, "");
        Plotly.restyle(place, { dimensions: [place.data[0].dimensions.map(unmarked)] });
    });
}

function unmarked(dimension) {
    return { ...dimension, label: dimension.name };
}

const axisKeys = {
    ArrowLeft: (dimensions, isMove, place) => turnAxis(place, dimensions, -1, isMove),
    ArrowRight: (dimensions, isMove, place) => turnAxis(place, dimensions, 1, isMove),
    ArrowUp: (dimensions, _, place) => keepPart(place, dimensions, 1),
    ArrowDown: (dimensions, _, place) => keepPart(place, dimensions, -1),
    Delete: (dimensions, _, place) => keepAll(place, dimensions),
    Backspace: (dimensions, _, place) => keepAll(place, dimensions),
};

function turnAxis(place, dimensions, step, isMove) {
    const to = Math.min(dimensions.length - 1, Math.max(0, parallel.at + step));
    if (isMove) [dimensions[parallel.at], dimensions[to]] = [dimensions[to], dimensions[parallel.at]];
    parallel.at = to;
    markAxis(place);
}

/** One part after the other, and at the ends all. */
function keepPart(place, dimensions, step) {
    const dimension = dimensions[parallel.at];
    const axis = parallel.axes.get(dimension.name);
    const states = axis.parts.length + 1;
    axis.part = (axis.part + 1 + step + states) % states - 1;
    dimension.constraintrange = axis.parts[axis.part]?.range;
    markAxis(place);
}

function keepAll(place, dimensions) {
    for (const dimension of dimensions) delete dimension.constraintrange;
    for (const axis of parallel.axes.values()) axis.part = -1;
    markAxis(place);
}

function markAxis(place, help = "") {
    const dimensions = place.data[0].dimensions.map(unmarked);
    const chosen = dimensions[parallel.at];
    const axis = parallel.axes.get(chosen.name);
    const kept = chosen.values.filter((_, trial) => dimensions.every(({ constraintrange, values }) =>
        !constraintrange || isWithin(constraintrange, values[trial]))).length;
    const part = chosen.constraintrange ? axis.parts[axis.part]?.words ?? "a part of it" : "all values";
    tell(place, `${chosen.name}: ${part}; kept ${kept} of ${chosen.values.length} networks${help}`);
    chosen.label = `▸ ${chosen.name}`;
    Plotly.restyle(place, { dimensions: [dimensions] });
    const frame = place.closest(".frame");
    frame.scrollLeft = (parallel.at + 0.5) / dimensions.length * place.clientWidth - frame.clientWidth / 2;
}

/** A range, or several of them, as a mouse may choose. */
function isWithin(ranges, value) {
    return (Array.isArray(ranges[0]) ? ranges : [ranges]).some(([low, high]) => value >= low && value <= high);
}
